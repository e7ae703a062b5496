// How long it takes to parse a file of 500,000 lines, beside the parser of Boost.Program_options
// and that of oslo.config, in one run. `./dev bench` runs it.
#include <benchmark/benchmark.h>
#include <unistd.h>

#include <boost/program_options.hpp>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <iterator>
#include <loopingcall/config/ini.hpp>
#include <optional>
#include <string>

#include "cpu_time.hpp"
#include "exact.hpp"
#include "peer.hpp"
#include "ratios.hpp"

namespace {

namespace po = boost::program_options;

constexpr int all_lines = 500'000;

/// What both grammars read alike: 100 keys a section.
class File {
  public:
    explicit File(int lines) : path_(std::filesystem::temp_directory_path() / name()) {
        std::ofstream file(path_);
        for (int line = 0; line < lines; ++line) {
            if (line % 101 == 0) {
                file << "[section_" << line / 101 << "]\n";
            } else {
                file << "key_" << line % 101 << " = value " << line << '\n';
            }
        }
    }
    ~File() { std::filesystem::remove(path_); }
    File(const File&) = delete;
    File& operator=(const File&) = delete;

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  private:
    static std::string name() { return "bench-" + std::to_string(::getpid()) + ".conf"; }

    std::filesystem::path path_;
};

double seconds_of(const std::function<void()>& work) {
    const double begun = bench::cpu_seconds();
    work();
    return bench::cpu_seconds() - begun;
}

double parse_with_loopingcall(const File& file) {
    return seconds_of([&] {
        std::ifstream stream(file.path());
        const std::string text{std::istreambuf_iterator<char>(stream), {}};
        benchmark::DoNotOptimize(loopingcall::config::parse_ini(text, "file"));
    });
}

double parse_with_program_options(const File& file) {
    return seconds_of([&] {
        std::ifstream stream(file.path());
        const po::options_description none;
        benchmark::DoNotOptimize(po::parse_config_file(stream, none, true));
    });
}

/// Nothing where it is not installed.
std::optional<double> parse_with_oslo(const File& file) {
    const auto output = bench::output_of({"/usr/bin/python3", BENCH_OSLO, file.path().string()});
    if (!output) return std::nullopt;
    return std::stod(*output);
}

void add(const char* name, const std::function<std::optional<double>()>& measure) {
    benchmark::RegisterBenchmark(name,
                                 [measure](benchmark::State& state) {
                                     for (auto _ : state) {
                                         const double seconds = measure().value_or(0);
                                         state.SetIterationTime(seconds);
                                         state.counters["ms"] = 1e3 * seconds;
                                     }
                                 })
        ->Iterations(1)
        ->Repetitions(7)
        ->ReportAggregatesOnly()
        ->UseManualTime()
        ->Unit(benchmark::kMillisecond);
}

}  // namespace

int main(int count, char** arguments) {
    const bench::Works works{
        {"parse<LoopingCall>", [](int lines) { parse_with_loopingcall(File(lines)); }},
        {"parse<Program_options>", [](int lines) { parse_with_program_options(File(lines)); }},
    };
    if (bench::do_work(count, arguments, works)) return 0;
    const File file(all_lines);
    add("parse<LoopingCall>", [&] { return parse_with_loopingcall(file); });
    add("parse<Program_options>", [&] { return parse_with_program_options(file); });
    if (parse_with_oslo(file)) {
        add("parse<oslo.config>", [&] { return parse_with_oslo(file); });
    } else {
        std::cout << "oslo.config is absent: python3-oslo.config is not installed\n";
    }
    for (const auto& [name, work] : works) {
        bench::add_exact(name, {arguments[0], "--do", name}, {.few = 2'020, .many = 4'040},
                         {"instructions", "allocations"});
    }
    return bench::run(count, arguments, {"ms", "instructions", "allocations"},
                      {"Program_options", "oslo.config"});
}
