#include <uv.h>

#include "tick/meter.hpp"

namespace bench {

void tick_with_libuv(TickMeter& meter) {
    uv_loop_t loop;
    uv_loop_init(&loop);
    uv_timer_t timer;
    uv_timer_init(&loop, &timer);
    timer.data = &meter;
    const auto interval = static_cast<std::uint64_t>(tick_interval.count());
    uv_timer_start(
        &timer,
        [](uv_timer_t* self) {
            if (static_cast<TickMeter*>(self->data)->tick()) uv_stop(self->loop);
        },
        interval, interval);
    uv_run(&loop, UV_RUN_DEFAULT);
}

}  // namespace bench
