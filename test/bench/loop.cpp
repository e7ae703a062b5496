// What a looping call costs beside a timer written by hand, in one run: times are ratios, since
// machines differ and are shared; allocations and bytes are exact. `./dev bench` runs it.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <boost/asio.hpp>
#include <loopingcall/fixed_interval_looping_call.hpp>
#include <memory>
#include <vector>

#include "cpu_time.hpp"
#include "ratios.hpp"
#include "support/hand_written_timer.hpp"
#include "support/heap.hpp"

namespace {

using namespace loopingcall;
using namespace std::chrono_literals;

/// Counts ticks, and what all but the first tenth of them cost.
class Meter {
  public:
    explicit Meter(asio::io_context& context) : context_(context) {}

    void operator()() {
        if (left_ == measured_) begin();
        if (left_-- == 0) context_.stop();
    }

    void run(std::int64_t ticks) {
        measured_ = ticks;
        left_ = ticks + ticks / 10;
        context_.run();
        cpu_ = bench::cpu_seconds() - cpu_;
        allocations_ = test::allocations() - allocations_;
    }

    void report(benchmark::State& state) const {
        const auto ticks = static_cast<double>(measured_);
        state.SetIterationTime(cpu_ / ticks);
        state.counters["ns_a_tick"] = 1e9 * cpu_ / ticks;
        state.counters["allocations_a_tick"] = static_cast<double>(allocations_) / ticks;
    }

  private:
    void begin() {
        cpu_ = bench::cpu_seconds();
        allocations_ = test::allocations();
    }

    asio::io_context& context_;
    std::int64_t measured_ = 0, left_ = 0;
    double cpu_ = 0;
    std::uint64_t allocations_ = 0;
};

struct ByHand {
    struct Tick {
        Meter* meter;
        void operator()() const { (*meter)(); }
    };
    using Timer = std::unique_ptr<test::HandWrittenTimer<Tick>>;
    static Timer make(asio::io_context& context, Meter& meter, const Options& options) {
        return std::make_unique<test::HandWrittenTimer<Tick>>(context, options.interval,
                                                              options.initial_delay, Tick{&meter});
    }
    static void stop(const Timer& timer) { timer->stop(); }
};

struct LoopingCall {
    using Timer = FixedIntervalLoopingCall<>;
    static void stop(Timer& timer) { timer.stop(); }
    template <class Body>
    static Timer start(asio::io_context& context, const Options& options, Body body) {
        Timer call(context.get_executor(), std::move(body));
        call.start(options);
        return call;
    }
};

struct Plain : LoopingCall {
    static Timer make(asio::io_context& context, Meter& meter, const Options& options) {
        return start(context, options, [&meter] { meter(); });
    }
};

struct Awaitable : LoopingCall {
    static Timer make(asio::io_context& context, Meter& meter, const Options& options) {
        return start(context, options, [&meter]() -> asio::awaitable<void> {
            meter();
            co_return;
        });
    }
};

/// So many timers, one tick every 20 us or so among all of them, each in the future.
template <class Kind>
void tick_in_the_future(benchmark::State& state) {
    const auto count = state.range(0);
    const Duration interval = std::max<Duration>(count * 20us, 500us);
    const std::int64_t ticks = count == 1 ? 2'000 : 40'000;
    for (auto _ : state) {
        asio::io_context context(1);
        Meter meter(context);
        std::vector<typename Kind::Timer> timers;
        timers.reserve(static_cast<std::size_t>(count));
        for (std::int64_t i = 0; i < count; ++i) {
            timers.push_back(
                Kind::make(context, meter,
                           {.interval = interval, .initial_delay = 50ms + interval * i / count}));
        }
        meter.run(ticks);
        meter.report(state);
    }
}

/// A tick whose time has come long ago.
template <class Kind>
void tick_due_already(benchmark::State& state) {
    for (auto _ : state) {
        asio::io_context context(1);
        Meter meter(context);
        const auto timer =
            Kind::make(context, meter, {.interval = 1ns, .missed_ticks = MissedTicks::burst});
        meter.run(50'000);
        meter.report(state);
    }
}

/// Starts so many, lets each be called once, has them idle, and stops all.
template <class Kind>
void idle(benchmark::State& state) {
    const auto count = state.range(0);
    for (auto _ : state) {
        asio::io_context context(1);
        Meter meter(context);
        std::vector<typename Kind::Timer> timers;
        timers.reserve(static_cast<std::size_t>(count));
        const auto allocations = test::allocations();
        const auto bytes = test::bytes_in_use();
        for (std::int64_t i = 0; i < count; ++i) {
            timers.push_back(Kind::make(context, meter, {.interval = 24h}));
        }
        context.poll();
        const auto each = [count](auto before, auto after) {
            return static_cast<double>(after - before) / static_cast<double>(count);
        };
        state.counters["bytes"] = each(bytes, test::bytes_in_use()) + sizeof(timers.front());
        state.counters["allocations"] = each(allocations, test::allocations());
        const auto begin = std::chrono::steady_clock::now();
        for (auto& timer : timers) Kind::stop(timer);
        context.restart();
        context.poll();
        const std::chrono::duration<double> stopping = std::chrono::steady_clock::now() - begin;
        state.counters["stop_seconds"] = stopping.count();
        state.SetIterationTime(stopping.count());
    }
}

void sizes(benchmark::internal::Benchmark* benchmark) {
    benchmark->Arg(1)->Arg(1'000)->Arg(100'000)->Iterations(1)->UseManualTime();
}

void sizes_and_a_million(benchmark::internal::Benchmark* benchmark) {
    sizes(benchmark);
    benchmark->Arg(1'000'000);
}

void many_times(benchmark::internal::Benchmark* benchmark) {
    sizes(benchmark);
    benchmark->Repetitions(7)->ReportAggregatesOnly();
}

void once(benchmark::internal::Benchmark* benchmark) {
    benchmark->Iterations(1)->UseManualTime()->Repetitions(7)->ReportAggregatesOnly();
}

BENCHMARK_TEMPLATE(tick_in_the_future, ByHand)->Apply(many_times);
BENCHMARK_TEMPLATE(tick_in_the_future, Plain)->Apply(many_times);
BENCHMARK_TEMPLATE(tick_in_the_future, Awaitable)->Apply(many_times);
BENCHMARK_TEMPLATE(tick_due_already, ByHand)->Apply(once);
BENCHMARK_TEMPLATE(tick_due_already, Plain)->Apply(once);
BENCHMARK_TEMPLATE(tick_due_already, Awaitable)->Apply(once);
BENCHMARK_TEMPLATE(idle, ByHand)->Apply(sizes_and_a_million);
BENCHMARK_TEMPLATE(idle, Plain)->Apply(sizes_and_a_million);
BENCHMARK_TEMPLATE(idle, Awaitable)->Apply(sizes_and_a_million);

}  // namespace

int main(int count, char** arguments) { return bench::run(count, arguments, {"ns_a_tick"}); }
