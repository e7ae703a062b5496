// What 1,000 to 1,000,000 calls a second each cost in one thread, beside a timer of Asio a call and
// others, in one run. `./dev bench` runs it.
#include <benchmark/benchmark.h>

#include <functional>
#include <iostream>
#include <string>

#include "ratios.hpp"
#include "scale/recorder.hpp"

namespace {

using Measure = std::function<bench::Scale(std::int64_t)>;

void add(const std::string& name, const Measure& measure) {
    auto* const added = benchmark::RegisterBenchmark(
        ("calls<" + name + '>').c_str(), [measure](benchmark::State& state) {
            for (auto _ : state) {
                const bench::Scale scale = measure(state.range(0));
                state.SetIterationTime(1e-6 * scale.cpu_us_a_tick);
                state.counters["cpu_us"] = scale.cpu_us_a_tick;
                state.counters["bytes"] = scale.bytes;
                state.counters["p99_late_ms"] = scale.p99_late_ms;
                state.counters["worst_late_ms"] = scale.worst_late_ms;
                state.counters["made"] = scale.ticks;
            }
        });
    for (const std::int64_t calls : {1'000, 10'000, 100'000, 1'000'000}) added->Arg(calls);
    added->Iterations(1)->Repetitions(3)->ReportAggregatesOnly()->UseManualTime()->Unit(
        benchmark::kMicrosecond);
}

[[maybe_unused]] void absent(const char* name, const char* package) {
    std::cout << name << " is absent: " << package << " is not installed\n";
}

}  // namespace

int main(int count, char** arguments) {
    add("ByHand", bench::scale_by_hand);
    add("LoopingCall", bench::scale_with_loopingcall);
    add("LoopingCall, 1 ms of tolerance", bench::scale_with_tolerance);
#ifdef BENCH_LIBUV
    add("libuv", bench::scale_with_libuv);
#else
    absent("libuv", "libuv1-dev");
#endif
#ifdef BENCH_LIBEV
    add("libev", bench::scale_with_libev);
#else
    absent("libev", "libev-dev");
#endif
#ifdef BENCH_LIBEVENT
    add("libevent", bench::scale_with_libevent);
#else
    absent("libevent", "libevent-dev");
#endif
#ifdef BENCH_GO
    add("Go", [](std::int64_t calls) { return bench::scale_with_program(BENCH_GO, calls); });
#else
    absent("Go", "golang-go");
#endif
#ifdef BENCH_TOKIO
    add("tokio", [](std::int64_t calls) { return bench::scale_with_program(BENCH_TOKIO, calls); });
#else
    absent("tokio", "cargo with librust-tokio-dev");
#endif
    return bench::run(count, arguments, {"cpu_us"}, {"ByHand", "tokio", "Go", "libuv"});
}
