#include <event2/event.h>

#include "tick/meter.hpp"

namespace bench {

namespace {

struct Call {
    TickMeter* meter;
    event_base* base;
};

void on_timer(evutil_socket_t, short, void* argument) {
    auto* const call = static_cast<Call*>(argument);
    if (call->meter->tick()) event_base_loopbreak(call->base);
}

}  // namespace

void tick_with_libevent(TickMeter& meter) {
    Call call{&meter, event_base_new()};
    event* const timer = event_new(call.base, -1, EV_PERSIST, on_timer, &call);
    const timeval interval{0, std::chrono::microseconds(tick_interval).count()};
    event_add(timer, &interval);
    event_base_dispatch(call.base);
    event_free(timer);
    event_base_free(call.base);
}

}  // namespace bench
