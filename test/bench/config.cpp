// How long it takes to parse a file of 500,000 lines, beside the parser of Boost.Program_options
// and that of oslo.config, in one run. `./dev bench` runs it.
#include <benchmark/benchmark.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/program_options.hpp>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <iterator>
#include <loopingcall/config/ini.hpp>
#include <loopingcall/process/execute.hpp>
#include <optional>
#include <sstream>
#include <string>

#include "cpu_time.hpp"
#include "ratios.hpp"

namespace {

namespace process = loopingcall::process;
namespace po = boost::program_options;

constexpr int lines = 500'000;

/// What both grammars read alike: 100 keys a section.
class File {
  public:
    File() : path_(std::filesystem::temp_directory_path() / name()) {
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
    boost::asio::io_context context;
    std::optional<double> seconds;
    process::async_execute(context.get_executor(),
                           {.argv = {"/usr/bin/python3", BENCH_OSLO, file.path().string()}}, {},
                           [&](boost::system::error_code error, const process::ExecuteResult& ran) {
                               if (error || !ran.status.exited(0)) return;
                               std::istringstream(ran.standard_output) >> seconds.emplace();
                           });
    context.run();
    return seconds;
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
    const File file;
    add("parse<LoopingCall>", [&] { return parse_with_loopingcall(file); });
    add("parse<Program_options>", [&] { return parse_with_program_options(file); });
    if (parse_with_oslo(file)) {
        add("parse<oslo.config>", [&] { return parse_with_oslo(file); });
    } else {
        std::cout << "oslo.config is not installed (python3-oslo.config)\n";
    }
    return bench::run(count, arguments, {"ms"}, {"Program_options", "oslo.config"});
}
