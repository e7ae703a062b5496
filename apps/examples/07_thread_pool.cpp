// Periodic work inside a thread pool, controlled and waited for by a thread outside of it.
#include <atomic>
#include <boost/asio.hpp>
#include <cstdlib>
#include <iostream>
#include <loopingcall/fixed_interval_looping_call.hpp>
#include <vector>

namespace asio = boost::asio;
using namespace loopingcall;
using namespace std::chrono_literals;

int main() {
    // [pool]
    asio::thread_pool pool(2);
    std::uint64_t swept = 0;  // needs no lock: calls of one loop never overlap
    FixedIntervalLoopingCall<> sweep{pool.get_executor(), [&] { ++swept; }};

    sweep.start({.interval = 2ms, .max_calls = 20});
    sweep.trigger();                             // from any thread
    const Outcome<void> outcome = sweep.wait();  // blocks this thread, none of the pool's
    // [pool]
    std::cout << outcome.reason << " after " << swept << " sweeps\n";

    // Two loops of one strand do not overlap each other either.
    auto strand = asio::make_strand(pool);
    std::vector<int> order;
    FixedIntervalLoopingCall<> odd{strand, [&] { order.push_back(1); }};
    FixedIntervalLoopingCall<> even{strand, [&] { order.push_back(2); }};
    odd.start({.interval = 1ms, .max_calls = 5});
    even.start({.interval = 1ms, .max_calls = 5});
    odd.wait();
    even.wait();
    pool.join();
    return swept == 20 && order.size() == 10 ? EXIT_SUCCESS : EXIT_FAILURE;
}
