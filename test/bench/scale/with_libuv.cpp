#include <uv.h>

#include <vector>

#include "scale/recorder.hpp"

namespace bench {

namespace {

/// libuv counts whole milliseconds, from the last turn of its loop.
struct Call {
    uv_timer_t timer;
    Recorder* recorder;
    Plan::Clock::time_point due;
};

void on_timer(uv_timer_t* timer) {
    auto* const call = static_cast<Call*>(timer->data);
    if (call->recorder->tick(call->due)) return uv_stop(timer->loop);
    call->due += Plan::interval;
}

}  // namespace

Scale scale_with_libuv(std::int64_t count) {
    Plan plan(count);
    Recorder recorder(plan);
    uv_loop_t loop;
    uv_loop_init(&loop);
    const double before = heap_bytes();
    std::vector<Call> calls(static_cast<std::size_t>(count));
    plan.begins();
    for (std::int64_t i = 0; i < count; ++i) {
        Call& call = calls[static_cast<std::size_t>(i)];
        call.recorder = &recorder;
        call.due = plan.first(i);
        uv_timer_init(&loop, &call.timer);
        call.timer.data = &call;
        const auto delay = std::chrono::duration_cast<std::chrono::milliseconds>(
            call.due - Plan::Clock::now() + std::chrono::milliseconds(1));
        uv_update_time(&loop);
        uv_timer_start(&call.timer, on_timer, static_cast<std::uint64_t>(delay.count()), 1000);
    }
    const double bytes = (heap_bytes() - before) / static_cast<double>(count);
    uv_run(&loop, UV_RUN_DEFAULT);
    Scale scale = recorder.result();
    scale.bytes = bytes;
    return scale;
}

}  // namespace bench
