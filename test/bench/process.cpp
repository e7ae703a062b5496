// What it costs to start a child and to learn its result, beside posix_spawn and a pidfd used by
// hand, and beside others, in one run and with little and with much memory. `./dev bench` runs it.
#include <benchmark/benchmark.h>

#include <iostream>
#include <string>

#include "children.hpp"
#include "exact.hpp"
#include "host_memory.hpp"
#include "ratios.hpp"

namespace {

using bench::Cost;

constexpr int runs = 20;

void report(benchmark::State& state, const Cost& cost) {
    state.SetIterationTime(cost.launch.count());
    state.counters["launch_us"] = 1e6 * cost.launch.count();
    state.counters["total_us"] = 1e6 * cost.total.count();
}

template <Cost (*run_one)()>
void child(benchmark::State& state) {
    const bench::HostMemory memory(state.range(0));
    for (auto _ : state) {
        Cost mean;
        for (int i = 0; i < runs; ++i) {
            const Cost cost = run_one();
            mean.launch += cost.launch / runs;
            mean.total += cost.total / runs;
        }
        report(state, mean);
    }
}

template <Cost (*run_one)()>
void so_often(int times) {
    while (times-- > 0) run_one();
}

void asyncio(benchmark::State& state) {
    for (auto _ : state) report(state, bench::run_with_asyncio(state.range(0), runs));
}

void add(const std::string& name, void (*measure)(benchmark::State&)) {
    benchmark::RegisterBenchmark(name.c_str(), measure)
        ->Arg(10)
        ->Arg(1000)
        ->Iterations(1)
        ->Repetitions(21)
        ->ReportAggregatesOnly()
        ->UseManualTime()
        ->Unit(benchmark::kMicrosecond);
}

}  // namespace

int main(int count, char** arguments) {
    const bench::Works works{
        {"child<ByHand>", so_often<bench::run_by_hand>},
        {"child<LoopingCall>", so_often<bench::run_with_loopingcall>},
#ifdef BENCH_BOOST_PROCESS
        {"child<Boost>", so_often<bench::run_with_boost>},
#endif
#ifdef BENCH_LIBUV
        {"child<libuv>", so_often<bench::run_with_libuv>},
#endif
    };
    if (bench::do_work(count, arguments, works)) return 0;
    add("child<ByHand>", child<bench::run_by_hand>);
    add("child<LoopingCall>", child<bench::run_with_loopingcall>);
#ifdef BENCH_BOOST_PROCESS
    add("child<Boost>", child<bench::run_with_boost>);
#endif
#ifdef BENCH_LIBUV
    add("child<libuv>", child<bench::run_with_libuv>);
#else
    std::cout << "libuv is absent: libuv1-dev is not installed\n";
#endif
    add("child<asyncio>", asyncio);
    for (const auto& [name, work] : works) {
        bench::add_exact(name, {arguments[0], "--do", name}, {.few = 10, .many = 30},
                         {"system_calls"});
    }
    return bench::run(count, arguments, {"launch_us", "total_us", "system_calls"});
}
