#include <ev.h>

#include "tick/meter.hpp"

namespace bench {

void tick_with_libev(TickMeter& meter) {
    struct ev_loop* const loop = ev_loop_new(EVFLAG_AUTO);
    const double interval = std::chrono::duration<double>(tick_interval).count();
    ev_timer timer;
    ev_timer_init(
        &timer,
        [](struct ev_loop* self, ev_timer* ticking, int) {
            if (static_cast<TickMeter*>(ticking->data)->tick()) ev_break(self, EVBREAK_ALL);
        },
        interval, interval);
    timer.data = &meter;
    ev_timer_start(loop, &timer);
    ev_run(loop, 0);
    ev_loop_destroy(loop);
}

}  // namespace bench
