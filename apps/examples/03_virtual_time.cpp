// Tests a periodic task without sleeping: a minute passes in no time.
#include <boost/asio.hpp>
#include <cstdlib>
#include <iostream>
#include <loopingcall/fixed_interval_looping_call.hpp>
#include <loopingcall/virtual_clock.hpp>

namespace asio = boost::asio;
using namespace loopingcall;
using namespace std::chrono_literals;

int main() {
    int beats = 0;
    // [virtual]
    asio::io_context context;
    VirtualClock clock{context};
    FixedIntervalLoopingCall<void, VirtualClock> call{context.get_executor(), clock,
                                                      [&] { ++beats; }};
    call.start({.interval = 10s});
    clock.advance(1min);  // 7 beats, at 0, 10, ... 60 s; nothing was waited for
    // [virtual]
    std::cout << beats << " beats\n";
    return beats == 7 ? EXIT_SUCCESS : EXIT_FAILURE;
}
