#include <algorithm>
#include <boost/asio.hpp>
#include <loopingcall/fixed_interval_looping_call.hpp>
#include <vector>

#include "scale/recorder.hpp"

namespace bench {

namespace {

namespace asio = boost::asio;
using namespace loopingcall;

Scale measure(std::int64_t count, Duration tolerance) {
    Plan plan(count);
    Recorder recorder(plan);
    asio::io_context context(1);
    std::vector<FixedIntervalLoopingCall<>> calls;
    calls.reserve(static_cast<std::size_t>(count));
    const double before = heap_bytes();
    plan.begins();
    for (std::int64_t i = 0; i < count; ++i) {
        calls.emplace_back(context.get_executor(), [&](const Tick& tick) {
            if (recorder.tick(tick.due)) context.stop();
        });
        calls.back().start(
            {.interval = Plan::interval,
             .initial_delay = std::max<Duration>(plan.first(i) - Plan::Clock::now(), {}),
             .missed_ticks = MissedTicks::burst,
             .tolerance = tolerance});
    }
    const double bytes =
        (heap_bytes() - before) / static_cast<double>(count) + sizeof(calls.front());
    context.run();
    Scale scale = recorder.result();
    scale.bytes = bytes;
    return scale;
}

}  // namespace

Scale scale_with_loopingcall(std::int64_t count) { return measure(count, Duration::zero()); }

Scale scale_with_tolerance(std::int64_t count) {
    return measure(count, std::chrono::milliseconds(1));
}

}  // namespace bench
