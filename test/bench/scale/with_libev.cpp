#include <ev.h>

#include <vector>

#include "scale/recorder.hpp"

namespace bench {

namespace {

struct Call {
    ev_timer timer;
    Recorder* recorder;
    Plan::Clock::time_point due;
};

void on_timer(struct ev_loop* loop, ev_timer* timer, int) {
    auto* const call = static_cast<Call*>(timer->data);
    if (call->recorder->tick(call->due)) return ev_break(loop, EVBREAK_ALL);
    call->due += Plan::interval;
}

}  // namespace

Scale scale_with_libev(std::int64_t count) {
    Plan plan(count);
    Recorder recorder(plan);
    struct ev_loop* const loop = ev_loop_new(EVFLAG_AUTO);
    const double before = heap_bytes();
    std::vector<Call> calls(static_cast<std::size_t>(count));
    plan.begins();
    for (std::int64_t i = 0; i < count; ++i) {
        Call& call = calls[static_cast<std::size_t>(i)];
        call.recorder = &recorder;
        call.due = plan.first(i);
        ev_now_update(loop);
        const std::chrono::duration<double> delay = call.due - Plan::Clock::now();
        ev_timer_init(&call.timer, on_timer, delay.count(), 1.0);
        call.timer.data = &call;
        ev_timer_start(loop, &call.timer);
    }
    const double bytes = (heap_bytes() - before) / static_cast<double>(count);
    ev_run(loop, 0);
    Scale scale = recorder.result();
    scale.bytes = bytes;
    ev_loop_destroy(loop);
    return scale;
}

}  // namespace bench
