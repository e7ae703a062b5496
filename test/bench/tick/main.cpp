// `ticks WHO COUNT`: so many ticks of one call. Prints microseconds of CPU a tick.
#include <cstdlib>
#include <iostream>
#include <map>
#include <string>

#include "tick/meter.hpp"

int main(int count, char** arguments) {
    const std::map<std::string, void (*)(bench::TickMeter&)> everybody{
        {"ByHand", bench::tick_by_hand},
        {"coroutine by hand", bench::tick_by_hand_in_a_coroutine},
        {"LoopingCall", bench::tick_with_loopingcall},
        {"LoopingCall, awaitable", bench::tick_with_loopingcall_awaitable},
#ifdef BENCH_LIBUV
        {"libuv", bench::tick_with_libuv},
#endif
#ifdef BENCH_LIBEV
        {"libev", bench::tick_with_libev},
#endif
#ifdef BENCH_LIBEVENT
        {"libevent", bench::tick_with_libevent},
#endif
    };
    const auto who = everybody.find(count == 3 ? arguments[1] : "");
    if (who == everybody.end()) return 2;
    bench::TickMeter meter(std::atoi(arguments[2]));
    who->second(meter);
    std::cout << meter.cpu_us_a_tick() << '\n';
}
