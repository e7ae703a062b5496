// How far the thousandth call is from where it was planned, and how late calls are: 100 a second
// for a minute, and 10,000 a second for ten seconds; beside a timer of Asio that is set from its
// own expiry, oslo.service and Twisted where they are installed. `./dev bench` runs it.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <boost/asio.hpp>
#include <iostream>
#include <loopingcall/fixed_interval_looping_call.hpp>
#include <sstream>

#include "peer.hpp"
#include "ratios.hpp"
#include "support/hand_written_timer.hpp"

namespace {

namespace asio = boost::asio;
using namespace loopingcall;
using Clock = std::chrono::steady_clock;

/// Of calls that were planned for origin + k * interval.
struct Drift {
    double cumulative_us = 0;  ///< how much later the last tenth was than the first, on average
    double p99_late_us = 0;
};

class Meter {
  public:
    Meter(Duration interval, std::size_t calls) : interval_(interval), calls_(calls) {
        late_.reserve(calls);
        origin_ = Clock::now() + interval;
    }

    [[nodiscard]] Clock::time_point origin() const { return origin_; }

    /// @return whether that was the last.
    bool tick() {
        const auto planned = origin_ + interval_ * static_cast<std::int64_t>(late_.size());
        late_.push_back(std::chrono::duration<double, std::micro>(Clock::now() - planned).count());
        return late_.size() == calls_;
    }

    [[nodiscard]] Drift drift() const {
        const std::size_t tenth = late_.size() / 10;
        const auto median_of = [](std::vector<double> some) {
            std::sort(some.begin(), some.end());
            return some[some.size() / 2];
        };
        const double first = median_of({late_.begin(), late_.begin() + as_difference(tenth)});
        const double last = median_of({late_.end() - as_difference(tenth), late_.end()});
        std::vector<double> sorted = late_;
        std::sort(sorted.begin(), sorted.end());
        return {last - first, sorted[sorted.size() * 99 / 100]};
    }

  private:
    static std::ptrdiff_t as_difference(std::size_t size) {
        return static_cast<std::ptrdiff_t>(size);
    }

    Duration interval_;
    std::size_t calls_;
    Clock::time_point origin_;
    std::vector<double> late_;
};

Drift by_hand(Duration interval, std::size_t calls) {
    asio::io_context context(1);
    Meter meter(interval, calls);
    const auto work = [&] {
        if (meter.tick()) context.stop();
    };
    const test::HandWrittenTimer<decltype(work)> timer(context, interval,
                                                       meter.origin() - Clock::now(), work);
    context.run();
    return meter.drift();
}

Drift with_loopingcall(Duration interval, std::size_t calls) {
    asio::io_context context(1);
    Meter meter(interval, calls);
    FixedIntervalLoopingCall<> call(context.get_executor(), [&] {
        if (meter.tick()) context.stop();
    });
    call.start({.interval = interval,
                .initial_delay = meter.origin() - Clock::now(),
                .missed_ticks = MissedTicks::burst});
    context.run();
    return meter.drift();
}

/// Nothing where it is not installed.
std::optional<Drift> with_python(const char* who, Duration interval, std::size_t calls) {
    const std::chrono::duration<double> seconds = interval;
    const auto output = bench::output_of({"/usr/bin/python3", BENCH_PYTHON, who,
                                          std::to_string(seconds.count()), std::to_string(calls)});
    if (!output) return std::nullopt;
    Drift drift;
    std::istringstream(*output) >> drift.cumulative_us >> drift.p99_late_us;
    return drift;
}

using Measure = std::function<std::optional<Drift>(Duration, std::size_t)>;

void add(const std::string& name, const Measure& measure) {
    auto* const added =
        benchmark::RegisterBenchmark(("drift<" + name + '>').c_str(), [=](benchmark::State& state) {
            for (auto _ : state) {
                const Duration interval = std::chrono::microseconds(state.range(0));
                const auto drift = measure(interval, static_cast<std::size_t>(state.range(1)));
                state.SetIterationTime(1);
                state.counters["cumulative_us"] = drift.value_or(Drift{}).cumulative_us;
                state.counters["p99_late_us"] = drift.value_or(Drift{}).p99_late_us;
            }
        });
    added->Args({10'000, 6'000})->Args({100, 100'000})->ArgNames({"us", "calls"});
    added->Iterations(1)->UseManualTime();
}

}  // namespace

int main(int count, char** arguments) {
    add("ByHand", by_hand);
    add("LoopingCall", with_loopingcall);
    for (const char* const who : {"oslo.service", "Twisted"}) {
        if (with_python(who, std::chrono::milliseconds(1), 20)) {
            add(who, [who](Duration interval, std::size_t calls) {
                return with_python(who, interval, calls);
            });
        } else {
            std::cout << who << " is not installed\n";
        }
    }
    return bench::run(count, arguments, {"p99_late_us"});
}
