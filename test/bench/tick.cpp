// What one call a millisecond costs by itself, beside a timer and a coroutine written by hand, and
// others: CPU, and what can be counted exactly. `./dev bench` runs it.
#include <benchmark/benchmark.h>

#include <iostream>
#include <string>
#include <vector>

#include "exact.hpp"
#include "peer.hpp"
#include "ratios.hpp"

namespace {

using Command = std::vector<std::string>;

/// @param command  makes as many ticks as the argument added says, and prints microseconds of CPU a
///                 tick
void add(const std::string& name, const Command& command, int ticks, bench::Repetitions counted) {
    const std::string full_name = "tick<" + name + '>';
    benchmark::RegisterBenchmark(full_name.c_str(),
                                 [=](benchmark::State& state) {
                                     Command argv = command;
                                     argv.push_back(std::to_string(ticks));
                                     for (auto _ : state) {
                                         const double cpu_us =
                                             std::stod(bench::output_of(argv).value_or("0"));
                                         state.SetIterationTime(1e-6 * cpu_us);
                                         state.counters["cpu_us"] = cpu_us;
                                     }
                                 })
        ->Iterations(1)
        ->Repetitions(15)
        ->ReportAggregatesOnly()
        ->UseManualTime()
        ->Unit(benchmark::kMicrosecond);
    bench::add_exact(full_name, command, counted,
                     {"instructions", "allocations", "system_calls_of_all"});
}

}  // namespace

int main(int count, char** arguments) {
    constexpr int ticks = 1'000;
    constexpr bench::Repetitions counted{.few = 200, .many = 600};
    for (const char* const who : {"ByHand", "coroutine by hand", "LoopingCall",
                                  "LoopingCall, awaitable", "libuv", "libev", "libevent"}) {
        if (bench::output_of({BENCH_TICKS, who, "1"})) {
            add(who, {BENCH_TICKS, who}, ticks, counted);
        } else {
            std::cout << who << " is absent\n";
        }
    }
#ifdef BENCH_TOKIO
    add("tokio", {BENCH_TOKIO}, ticks, counted);
#else
    std::cout << "tokio is absent: cargo with librust-tokio-dev is not installed\n";
#endif
#ifdef BENCH_GO
    add("Go", {BENCH_GO}, ticks, counted);
#else
    std::cout << "Go is absent: golang-go is not installed\n";
#endif
    // oslo.service rounds to 10 ms: any shorter, and it does not wait at all.
    for (const char* const who : {"oslo.service", "Twisted"}) {
        const Command command{"/usr/bin/python3", BENCH_PYTHON, who, "--cpu", "0.01"};
        Command once = command;
        once.emplace_back("20");
        if (bench::output_of(once)) {
            add(who, command, 300, {.few = 20, .many = 120});
        } else {
            std::cout << who << " is absent: python3-" << who << " is not installed\n";
        }
    }
    return bench::run(count, arguments, {"cpu_us", "instructions", "system_calls_of_all"},
                      {"ByHand", "coroutine by hand"});
}
