#include "helper_check.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <utility>

#include "run_program.hpp"

namespace loopingcall::device::detail {

namespace {

constexpr std::size_t max_answer = std::size_t{4} << 20U;

std::string as_flag(Duration time) {
    using std::chrono::milliseconds;
    const auto count = std::chrono::duration_cast<milliseconds>(time).count();
    return std::to_string(std::max<std::int64_t>(count, 1)) + "ms";
}

std::string flag(const char* name, bool value) {
    return std::string(value ? "--" : "--no-") + name;
}

}  // namespace

/// The check of the helper ends before ours would: so it says itself what took too long.
std::vector<std::string> helper_command(const Identity& device, const WaitOptions& options) {
    std::vector<std::string> words = options.root_helper;
    const std::vector<std::string>& program = options.root_helper_program;
    words.insert(words.end(), program.begin(), program.end());
    if (program.empty()) words.emplace_back("diskwait");
    words.insert(words.end(),
                 {"--one-check", "--probe", to_string(options.check_device_probe),
                  "--probe-timeout", as_flag(options.check_device_probe_timeout * 9 / 10),
                  flag("children", options.check_device_children),
                  flag("kernel-claims", options.check_device_kernel_claims),
                  flag("udev", options.check_device_udev),
                  flag("strict-check", options.check_device_strict)});
    for (const pid_t pid : options.ignored_pids) {
        words.insert(words.end(), {"--ignore-pid", std::to_string(pid)});
    }
    words.push_back(device.path.string());
    return words;
}

asio::awaitable<Report> check_through_helper(Identity device, ObjectKind kind,
                                             const WaitOptions& options, Duration time_limit) {
    auto [error, result] =
        co_await run_program(helper_command(device, options), time_limit, max_answer);
    if (error) {
        co_return Report{.device = device.path, .reason = "root_helper: " + result.message};
    }
    const HelperAnswer answer{.status = result.status,
                              .standard_output = std::move(result.standard_output),
                              .standard_error = std::move(result.standard_error)};
    co_return judge(answer, device, kind, options);
}

}  // namespace loopingcall::device::detail
