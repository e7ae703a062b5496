#include <atomic>
#include <loopingcall/fixed_interval_looping_call.hpp>
#include <thread>

#include "support/virtual_time.hpp"

using namespace loopingcall;
using namespace std::chrono_literals;

namespace {

constexpr int threads = 4;
constexpr int operations_of_each = 25'000;

/// One call that runs on a pool of two, and what the threads that control it have seen.
struct Hammered {
    asio::thread_pool pool{2};
    std::atomic<int> told = 0;
    std::atomic<int> waits = 0;
    std::atomic<int> surprises = 0;  // Boost.Test itself may be used by one thread alone

    void wait_for(FixedIntervalLoopingCall<>& call) {
        ++waits;
        call.async_wait([this](std::exception_ptr, const Outcome<void>&) { ++told; });
    }

    void start(FixedIntervalLoopingCall<>& call, int i) {
        try {
            call.start({.interval = 10us,
                        .missed_ticks = static_cast<MissedTicks>(i % 5),
                        .jitter = i % 2 == 0 ? 0.25 : 0});
        } catch (const boost::system::system_error& error) {
            if (error.code() != errc::already_running) ++surprises;
        }
    }

    void operate(FixedIntervalLoopingCall<>& call, int i) {
        switch (i % 9) {
            case 0:
            case 1:
                return start(call, i);
            case 2:
                return call.stop();
            case 3:
                return call.stop(cancel);
            case 4:
                return static_cast<void>(call.trigger());
            case 5:
                return static_cast<void>(call.trigger(rebase));
            case 6:
                return static_cast<void>(call.reset());
            case 7:
                return static_cast<void>(call.set_interval(std::chrono::microseconds(1 + i % 50)));
            default:
                wait_for(call);
                if (call.stats().runs > 0 && !call.running()) (void)call.get_executor();
        }
    }
};

/// Four threads do a hundred thousand operations on one call.
template <class MakeBody>
void hammer(MakeBody make_body) {
    Hammered hammered;
    {
        FixedIntervalLoopingCall<> call(hammered.pool.get_executor(), make_body());
        std::vector<std::jthread> hammers;
        for (int thread = 0; thread < threads; ++thread) {
            hammers.emplace_back([&, thread] {
                for (int i = 0; i < operations_of_each; ++i) {
                    hammered.operate(call, i * 7 + thread);
                }
            });
        }
    }
    hammered.pool.join();
    BOOST_TEST(hammered.told == hammered.waits);
    BOOST_TEST(hammered.waits > operations_of_each / 4);
    BOOST_TEST(hammered.surprises == 0);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(thread_safety)

BOOST_AUTO_TEST_CASE(a_plain_call_may_be_controlled_from_any_thread) {
    hammer([] { return [inside = std::make_unique<int>()] { ++*inside; }; });
}

// The counter is not atomic: calls that overlapped would be a data race for ThreadSanitizer.
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

BOOST_AUTO_TEST_CASE(a_trigger_is_never_lost) {
    asio::thread_pool pool(2);
    std::atomic<int> value = 0;
    std::atomic<int> seen = 0;
    FixedIntervalLoopingCall<> call(pool.get_executor(), [&] { seen = value.load(); });
    call.start({.interval = 1h});
    for (int i = 1; i <= 2000; ++i) {
        value = i;
        BOOST_TEST_REQUIRE(call.trigger());
        while (seen != i) std::this_thread::yield();  // would hang if the call began before
    }
    call.stop();
    pool.join();
}

BOOST_AUTO_TEST_CASE(two_loops_on_one_strand_never_run_at_the_same_time) {
    asio::thread_pool pool(2);
    auto strand = asio::make_strand(pool);
    int shared = 0;  // no atomic: a data race for ThreadSanitizer if they did
    const auto suspended = [&]() -> asio::awaitable<void> {
        ++shared;
        co_await asio::post(asio::use_awaitable);
        ++shared;
    };
    FixedIntervalLoopingCall<> first(strand, suspended);
    FixedIntervalLoopingCall<> second(strand, [&] { ++shared; });
    first.start({.interval = 10us, .missed_ticks = MissedTicks::burst, .max_calls = 2000});
    second.start({.interval = 10us, .missed_ticks = MissedTicks::burst, .max_calls = 2000});
    first.wait();
    second.wait();
    pool.join();
    BOOST_TEST(shared == 6000);
}

BOOST_AUTO_TEST_SUITE_END()
