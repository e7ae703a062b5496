#include <loopingcall/fixed_interval_looping_call.hpp>
#include <thread>

#include "support/virtual_time.hpp"

using namespace loopingcall;
using namespace std::chrono_literals;

// The real clock: what is asserted holds however late the machine is.
BOOST_AUTO_TEST_SUITE(steady_clock)

BOOST_AUTO_TEST_CASE(calls_begin_at_their_due_time_or_later_never_earlier) {
    asio::io_context context;
    std::vector<Tick> ticks;
    FixedIntervalLoopingCall<> call(context.get_executor(),
                                    [&](const Tick& tick) { ticks.push_back(tick); });
    call.start({.interval = 2ms, .max_calls = 20});
    context.run();
    BOOST_TEST(ticks.size() == 20U);
    std::uint64_t calls_and_missed = 1;
    for (std::size_t i = 1; i < ticks.size(); ++i) {
        BOOST_TEST((ticks[i].started >= ticks[i].due));
        BOOST_TEST((ticks[i].due > ticks[i - 1].due));
        BOOST_TEST((ticks[i].due - ticks[i - 1].due) % 2ms == Duration::zero());
        calls_and_missed += 1 + ticks[i].missed;
    }
    const auto passed = (ticks.back().started - ticks.front().due) / 2ms + 1;
    BOOST_TEST(calls_and_missed + ticks.front().missed == static_cast<std::uint64_t>(passed));
}

BOOST_AUTO_TEST_CASE(several_loops_share_a_context) {
    asio::io_context context;
    std::vector<std::unique_ptr<FixedIntervalLoopingCall<>>> calls;
    int ended = 0;
    for (int i = 0; i < 50; ++i) {
        calls.push_back(
            std::make_unique<FixedIntervalLoopingCall<>>(context.get_executor(), [] {}));
        calls.back()->start({.interval = (1 + i % 7) * 100us, .max_calls = 30});
        calls.back()->async_wait([&](std::exception_ptr, const Outcome<void>& outcome) {
            BOOST_TEST(outcome.reason == StopReason::exhausted);
            ++ended;
        });
    }
    context.run();
    BOOST_TEST(ended == 50);
}

BOOST_AUTO_TEST_CASE(a_long_body_on_a_strand_does_not_delay_a_loop_beside_it) {
    asio::thread_pool pool(2);
    std::promise<void> seen_twenty;
    std::atomic<bool> blocked_until_then = false;
    FixedIntervalLoopingCall<> busy(asio::make_strand(pool), [&] {
        seen_twenty.get_future().wait();
        blocked_until_then = true;
    });
    FixedIntervalLoopingCall<> ticking(asio::make_strand(pool), [&](const Tick& tick) {
        if (tick.index == 20) seen_twenty.set_value();
    });
    busy.start({.interval = 1h, .max_calls = 1});
    ticking.start({.interval = 1ms, .max_calls = 21});
    pool.join();  // were the second one delayed by the first, this would never return
    BOOST_TEST(blocked_until_then);
}

BOOST_AUTO_TEST_CASE(loops_that_end_by_a_trigger_at_the_same_time_leave_no_timer_armed) {
    asio::io_context context;
    std::vector<std::unique_ptr<FixedIntervalLoopingCall<>>> calls;
    for (int i = 0; i < 3; ++i) {
        calls.push_back(
            std::make_unique<FixedIntervalLoopingCall<>>(context.get_executor(), [] {}));
        calls.back()->start({.interval = 1h, .max_calls = 2});
    }
    context.run_for(0ms);
    while (calls.back()->stats().runs == 0) context.run_one();
    for (const auto& call : calls) call->trigger();
    const auto begun = std::chrono::steady_clock::now();
    context.run_for(1min);  // returns as soon as there is no work left
    BOOST_TEST((std::chrono::steady_clock::now() - begun < 1min));
}

BOOST_AUTO_TEST_SUITE_END()
