#include "read_config.hpp"

#include <algorithm>
#include <memory>
#include <utility>

#include "option_table.hpp"
#include "terminal/background.hpp"

namespace diskwait {

namespace config = loopingcall::config;

namespace {

constexpr const char* strict_key = "disk_partitioner.check_device_strict";

}  // namespace

std::optional<config::Config> read_config(const config::CommandLine& line, bool strict,
                                          bool one_check) {
    auto loaded = std::make_shared<std::optional<config::Config>>();
    const bool in_time = terminal::done_in_background(
        [loaded, line, strict, one_check] {
            config::Sources sources =
                one_check ? config::Sources{.environment = nullptr, .flags = line.options}
                          : config::sources_of(line, "diskwait", "diskwait");
            sources.strict = strict;
            if (strict) sources.flags.push_back({strict_key, "--strict", "true"});
            *loaded = config::Config::load(option_table(), std::move(sources));
        },
        time_to_read(line));
    if (!in_time) return std::nullopt;
    return std::move(*loaded);
}

std::optional<std::chrono::nanoseconds> time_to_read(const config::CommandLine& line) {
    using std::chrono::nanoseconds;
    const auto known = config::Config::load(option_table(), {.flags = line.options});
    const auto limit = known.get<nanoseconds>("disk_partitioner.check_device_timeout");
    if (limit == nanoseconds::max()) return std::nullopt;
    constexpr std::chrono::seconds least{1};  // a busy machine may be slower than a short limit
    if (limit.count() > 0) return std::max<nanoseconds>(limit, least);
    return known.get<nanoseconds>("disk_partitioner.check_device_probe_timeout");
}

}  // namespace diskwait
