// Calls a function every 10 ms until it is done, and prints the outcome.
#include <boost/asio.hpp>
#include <iostream>
#include <loopingcall/fixed_interval_looping_call.hpp>

namespace asio = boost::asio;
using namespace loopingcall;
using namespace std::chrono_literals;

// [tick]
asio::awaitable<void> run() {
    FixedIntervalLoopingCall<int> call{co_await asio::this_coro::executor,
                                       [](const Tick& tick) -> Step<int> {
                                           if (tick.index < 4) return again;
                                           return done(42);
                                       }};
    Outcome<int> outcome = co_await call.start({.interval = 10ms}).async_wait();
    std::cout << outcome.reason << ": " << *outcome.value << '\n';
}
// [tick]

int main() {
    asio::io_context context;
    asio::co_spawn(context, run(), asio::detached);
    context.run();
}
