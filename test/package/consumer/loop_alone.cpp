// Uses the loop, and no library of Boost is linked.
#include <boost/asio.hpp>
#include <iostream>
#include <loopingcall/loopingcall.hpp>

using namespace loopingcall;
using namespace std::chrono_literals;

int main() {
    boost::asio::io_context context;
    VirtualClock clock{context};
    FixedIntervalLoopingCall<int, VirtualClock> call{context.get_executor(), clock,
                                                     [](const Tick& tick) -> Step<int> {
                                                         if (tick.index < 4) return again;
                                                         return done(42);
                                                     }};
    Outcome<int> outcome;
    call.start({.interval = 10s}).async_wait([&](const std::exception_ptr&, Outcome<int> ended) {
        outcome = std::move(ended);
    });
    clock.advance(1min);
    std::cout << outcome.reason << ' ' << outcome.value.value_or(0) << '\n';
    try {
        call.start({.interval = -1s});
    } catch (const std::invalid_argument&) {
        return outcome.value == 42 ? 0 : 1;  // thrown by the library, caught by its user
    }
    return 1;
}
