#include <boost/asio.hpp>
#include <loopingcall/fixed_interval_looping_call.hpp>

#include "tick/meter.hpp"

namespace bench {

namespace asio = boost::asio;
using namespace loopingcall;

namespace {

template <class Body>
void run(asio::io_context& context, Body body) {
    FixedIntervalLoopingCall<> call(context.get_executor(), std::move(body));
    call.start({.interval = tick_interval, .initial_delay = tick_interval});
    context.run();
}

}  // namespace

void tick_with_loopingcall(TickMeter& meter) {
    asio::io_context context(1);
    run(context, [&] {
        if (meter.tick()) context.stop();
    });
}

void tick_with_loopingcall_awaitable(TickMeter& meter) {
    asio::io_context context(1);
    run(context, [&]() -> asio::awaitable<void> {
        if (meter.tick()) context.stop();
        co_return;
    });
}

}  // namespace bench
