#include <atomic>
#include <loopingcall/fixed_interval_looping_call.hpp>
#include <thread>

#include "support/virtual_time.hpp"

using namespace loopingcall;
using namespace std::chrono_literals;

namespace {

/// Four threads start, stop, wait for and look at one call that runs on a pool of two.
template <class MakeBody>
void hammer(MakeBody make_body) {
    asio::thread_pool pool(2);
    std::atomic<int> told = 0;
    std::atomic<int> waits = 0;
    std::atomic<int> surprises = 0;  // Boost.Test itself may be used by one thread alone
    {
        FixedIntervalLoopingCall<> call(pool.get_executor(), make_body());
        std::vector<std::jthread> threads;
        for (int thread = 0; thread < 4; ++thread) {
            threads.emplace_back([&, thread] {
                for (int i = 0; i < 2000; ++i) {
                    try {
                        switch ((i + thread) % 5) {
                            case 0:
                                call.start({.interval = 10us});
                                break;
                            case 1:
                                call.stop();
                                break;
                            case 2:
                                call.stop(cancel);
                                break;
                            case 3:
                                ++waits;
                                call.async_wait(
                                    [&](std::exception_ptr, const Outcome<void>&) { ++told; });
                                break;
                            default:
                                (void)call.stats(), (void)call.running();
                        }
                    } catch (const boost::system::system_error& error) {
                        if (error.code() != errc::already_running) ++surprises;
                    }
                }
            });
        }
    }
    pool.join();
    BOOST_TEST(told == waits);
    BOOST_TEST(surprises == 0);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(thread_safety)

BOOST_AUTO_TEST_CASE(a_plain_call_may_be_controlled_from_any_thread) {
    hammer([] { return [inside = std::make_unique<int>()] { ++*inside; }; });
}

// The counter is no atomic: calls that overlapped would be a data race for ThreadSanitizer.
BOOST_AUTO_TEST_CASE(an_awaitable_call_may_be_controlled_from_any_thread) {
    hammer([] {
        return [inside = std::make_shared<int>()]() -> asio::awaitable<void> {
            ++*inside;
            asio::steady_timer timer(co_await asio::this_coro::executor, 20us);
            co_await timer.async_wait(asio::use_awaitable);
            ++*inside;
        };
    });
}

BOOST_AUTO_TEST_CASE(once_stop_has_returned_no_new_call_begins) {
    asio::thread_pool pool(2);
    std::atomic<bool> stopped = true;
    std::atomic<int> too_late = 0;
    FixedIntervalLoopingCall<> call(pool.get_executor(), [&] {
        if (stopped) ++too_late;
    });
    for (int i = 0; i < 2000; ++i) {
        stopped = false;
        auto ended = call.start({.interval = 5us}).async_wait(asio::use_future);
        call.stop();
        ended.get();  // a call under way when stop() returned has ended, too
        stopped = true;
    }
    pool.join();
    BOOST_TEST(too_late == 0);
}

BOOST_AUTO_TEST_SUITE_END()
