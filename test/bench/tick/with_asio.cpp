#include <boost/asio.hpp>

#include "support/hand_written_timer.hpp"
#include "tick/meter.hpp"

namespace bench {

namespace asio = boost::asio;

void tick_by_hand(TickMeter& meter) {
    asio::io_context context(1);
    const auto work = [&] {
        if (meter.tick()) context.stop();
    };
    const test::HandWrittenTimer<decltype(work)> timer(context, tick_interval, tick_interval, work);
    context.run();
}

namespace {

asio::awaitable<void> tick(TickMeter& meter) {
    asio::steady_timer timer(co_await asio::this_coro::executor, tick_interval);
    for (bool last = false; !last; last = meter.tick()) {
        co_await timer.async_wait(asio::use_awaitable);
        timer.expires_at(timer.expiry() + tick_interval);
    }
}

}  // namespace

void tick_by_hand_in_a_coroutine(TickMeter& meter) {
    asio::io_context context(1);
    asio::co_spawn(context, tick(meter), asio::detached);
    context.run();
}

}  // namespace bench
