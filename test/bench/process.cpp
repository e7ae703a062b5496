// What it costs to start a child and to learn its result, beside posix_spawn and a pidfd used by
// hand, and beside others, in one run and with little and with much memory. `./dev bench` runs it.
#include <benchmark/benchmark.h>

#include "children.hpp"
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

void asyncio(benchmark::State& state) {
    for (auto _ : state) report(state, bench::run_with_asyncio(state.range(0), runs));
}

void add(const char* name, void (*measure)(benchmark::State&)) {
    benchmark::RegisterBenchmark(name, measure)
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
    add("child<ByHand>", child<bench::run_by_hand>);
    add("child<LoopingCall>", child<bench::run_with_loopingcall>);
    add("child<Boost>", child<bench::run_with_boost>);
#ifdef BENCH_LIBUV
    add("child<libuv>", child<bench::run_with_libuv>);
#endif
    add("child<asyncio>", asyncio);
    return bench::run(count, arguments, {"launch_us", "total_us"});
}
