#include <event2/event.h>

#include <vector>

#include "scale/recorder.hpp"

namespace bench {

namespace {

struct Call {
    event* timer;
    event_base* base;
    Recorder* recorder;
    Plan::Clock::time_point due;
};

/// A persistent event of libevent cannot begin with another delay than its interval.
void arm(Call& call) {
    const auto delay = std::chrono::duration_cast<std::chrono::microseconds>(
        std::max<Plan::Clock::duration>(call.due - Plan::Clock::now(), {}));
    const timeval time{delay.count() / 1'000'000, delay.count() % 1'000'000};
    evtimer_add(call.timer, &time);
}

void on_timer(evutil_socket_t, short, void* argument) {
    auto* const call = static_cast<Call*>(argument);
    if (call->recorder->tick(call->due)) {
        event_base_loopbreak(call->base);
        return;
    }
    call->due += Plan::interval;
    arm(*call);
}

}  // namespace

Scale scale_with_libevent(std::int64_t count) {
    Plan plan(count);
    Recorder recorder(plan);
    event_base* const base = event_base_new();
    const double before = heap_bytes();
    std::vector<Call> calls(static_cast<std::size_t>(count));
    plan.begins();
    for (std::int64_t i = 0; i < count; ++i) {
        Call& call = calls[static_cast<std::size_t>(i)];
        call = {nullptr, base, &recorder, plan.first(i)};
        call.timer = evtimer_new(base, on_timer, &call);
        arm(call);
    }
    const double bytes = (heap_bytes() - before) / static_cast<double>(count);
    event_base_dispatch(base);
    Scale scale = recorder.result();
    scale.bytes = bytes;
    for (const Call& call : calls) event_free(call.timer);
    event_base_free(base);
    return scale;
}

}  // namespace bench
