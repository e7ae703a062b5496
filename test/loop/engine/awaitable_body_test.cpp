#include <loopingcall/fixed_interval_looping_call.hpp>
#include <stdexcept>

#include "support/virtual_time.hpp"

using namespace loopingcall;
using test::Times;
using test::Told;
using namespace std::chrono_literals;

BOOST_FIXTURE_TEST_SUITE(awaitable_body, test::VirtualTime)

BOOST_AUTO_TEST_CASE(an_awaitable_body_is_called_on_the_grid_and_never_overlaps) {
    int inside = 0;
    auto call = make([&](const Tick& tick) -> asio::awaitable<void> {
        ran();
        BOOST_TEST(++inside == 1);
        const Duration pause = tick.index == 0 ? 250ms : 10ms;
        co_await clock.async_sleep(pause);
        --inside;
    });
    call.start({.interval = 100ms});
    clock.advance(550ms);
    BOOST_TEST(runs == (Times{0, 300, 400, 500}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(an_awaitable_body_is_done_with_a_value) {
    FixedIntervalLoopingCall<int, VirtualClock> call(context.get_executor(), clock,
                                                     [&]() -> asio::awaitable<Step<int>> {
                                                         ran();
                                                         co_await clock.async_sleep(20ms);
                                                         if (runs.size() < 3) co_return again;
                                                         co_return done(7);
                                                     });
    Told<int> told;
    call.start({.interval = 100ms});
    watch(call, told);
    clock.advance(1s);
    BOOST_TEST(told.outcome.value.value() == 7);
    BOOST_TEST(told.at == 220);
}

BOOST_AUTO_TEST_CASE(what_an_awaitable_body_throws_ends_the_run_as_failed) {
    auto call = make([&]() -> asio::awaitable<void> {
        co_await clock.async_sleep(20ms);
        throw std::runtime_error("late");
    });
    Told<void> told;
    call.start({.interval = 100ms});
    watch(call, told);
    clock.advance(1s);
    BOOST_TEST(told.outcome.reason == StopReason::failed);
    BOOST_TEST(test::message_of(told.error) == "late");
    BOOST_TEST(told.at == 20);
}

BOOST_AUTO_TEST_CASE(a_graceful_stop_lets_the_call_finish) {
    auto call = make([&]() -> asio::awaitable<void> {
        ran();
        co_await clock.async_sleep(50ms);
    });
    Told<void> told;
    call.start({.interval = 100ms});
    watch(call, told);
    clock.advance(10ms);
    call.stop();
    BOOST_TEST(call.running());
    clock.advance(500ms);
    BOOST_TEST(runs.size() == 1U);
    BOOST_TEST(told.outcome.reason == StopReason::stopped);
    BOOST_TEST(told.at == 50);
}

BOOST_AUTO_TEST_CASE(stop_cancel_fires_the_cancellation_of_the_body) {
    auto call = make([&]() -> asio::awaitable<void> { co_await clock.async_sleep(50ms); });
    Told<void> told;
    call.start({.interval = 100ms});
    watch(call, told);
    clock.advance(10ms);
    call.stop(cancel);
    clock.advance(500ms);
    BOOST_TEST(told.outcome.reason == StopReason::stopped);
    BOOST_TEST(!told.error);
    BOOST_TEST(told.at == 10);
}

BOOST_AUTO_TEST_CASE(a_graceful_stop_can_be_followed_by_a_cancelling_one) {
    auto call = make([&]() -> asio::awaitable<void> { co_await clock.async_sleep(50ms); });
    Told<void> told;
    call.start({.interval = 100ms});
    watch(call, told);
    clock.advance(10ms);
    call.stop();
    clock.advance(10ms);
    call.stop(cancel);
    clock.advance(500ms);
    BOOST_TEST(told.at == 20);
}

BOOST_AUTO_TEST_CASE(a_body_that_ignores_cancellation_is_waited_for) {
    auto call = make([&]() -> asio::awaitable<void> {
        co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
        co_await clock.async_sleep(50ms);
    });
    Told<void> told;
    call.start({.interval = 100ms});
    watch(call, told);
    clock.advance(10ms);
    call.stop(cancel);
    clock.advance(500ms);
    BOOST_TEST(told.outcome.reason == StopReason::stopped);
    BOOST_TEST(told.at == 50);
}

BOOST_AUTO_TEST_CASE(a_cancelled_body_that_is_done_all_the_same_is_done) {
    FixedIntervalLoopingCall<int, VirtualClock> call(
        context.get_executor(), clock, [&]() -> asio::awaitable<Step<int>> {
            try {
                co_await clock.async_sleep(50ms);
            } catch (const boost::system::system_error&) {
            }
            co_return done(5);
        });
    Told<int> told;
    call.start({.interval = 100ms});
    watch(call, told);
    clock.advance(10ms);
    call.stop(cancel);
    clock.advance(0ns);
    BOOST_TEST(told.outcome.reason == StopReason::done);
    BOOST_TEST(told.outcome.value.value() == 5);
}

BOOST_AUTO_TEST_CASE(a_cancelled_body_that_throws_something_else_has_failed) {
    auto call = make([&]() -> asio::awaitable<void> {
        try {
            co_await clock.async_sleep(50ms);
        } catch (const boost::system::system_error&) {
        }
        throw std::runtime_error("could not clean up");
    });
    Told<void> told;
    call.start({.interval = 100ms});
    watch(call, told);
    clock.advance(10ms);
    call.stop(cancel);
    clock.advance(0ns);
    BOOST_TEST(told.outcome.reason == StopReason::failed);
    BOOST_TEST(test::message_of(told.error) == "could not clean up");
}

BOOST_AUTO_TEST_CASE(timeout_cancels_a_suspended_body) {
    auto call = make([&]() -> asio::awaitable<void> {
        ran();
        co_await clock.async_sleep(1h);
    });
    Told<void> told;
    call.start({.interval = 100ms, .timeout = 30ms});
    watch(call, told);
    clock.advance(500ms);
    BOOST_TEST(told.outcome.reason == StopReason::timed_out);
    BOOST_TEST(!told.error);
    BOOST_TEST(told.at == 30);
    BOOST_TEST(clock.pending() == 0U);
}

BOOST_AUTO_TEST_CASE(a_body_done_just_as_the_timeout_cancels_it_is_done) {
    FixedIntervalLoopingCall<int, VirtualClock> call(
        context.get_executor(), clock, [&]() -> asio::awaitable<Step<int>> {
            co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
            co_await clock.async_sleep(50ms);
            co_return done(5);
        });
    Told<int> told;
    call.start({.interval = 100ms, .timeout = 30ms});
    watch(call, told);
    clock.advance(500ms);
    BOOST_TEST(told.outcome.reason == StopReason::done);
    BOOST_TEST(told.at == 50);
}

BOOST_AUTO_TEST_CASE(an_awaitable_call_can_be_started_again_after_a_cancelled_run) {
    auto call = make([&]() -> asio::awaitable<void> {
        ran();
        co_await clock.async_sleep(50ms);
    });
    Told<void> first;
    call.start({.interval = 100ms});
    watch(call, first);
    clock.advance(10ms);
    call.stop(cancel);
    clock.advance(5ms);
    BOOST_TEST(first.outcome.reason == StopReason::stopped);
    Told<void> second;
    call.start({.interval = 100ms, .max_calls = 2});
    watch(call, second);
    clock.advance(500ms);
    BOOST_TEST(runs == (Times{0, 15, 115}), boost::test_tools::per_element());
    BOOST_TEST(second.outcome.reason == StopReason::exhausted);
    BOOST_TEST(second.at == 165);
}

BOOST_AUTO_TEST_CASE(the_body_runs_on_a_strand_of_the_executor_of_the_loop) {
    bool on_strand = false;
    auto call = make([&]() -> asio::awaitable<void> {
        const asio::any_io_executor executor = co_await asio::this_coro::executor;
        on_strand = executor.target<asio::strand<asio::io_context::executor_type>>() != nullptr &&
                    &asio::query(executor, asio::execution::context) == &context;
    });
    call.start({.interval = 100ms, .max_calls = 1});
    clock.advance(0ns);
    BOOST_TEST(on_strand);
}

BOOST_AUTO_TEST_CASE(without_a_strand_in_a_context_that_is_promised_to_one_thread) {
    asio::io_context promised(1);
    VirtualClock time(promised);
    bool on_context = false;
    int cancelled = 0;
    FixedIntervalLoopingCall<void, VirtualClock> call(
        promised, time, [&]() -> asio::awaitable<void> {
            on_context = co_await asio::this_coro::executor == promised.get_executor();
            try {
                co_await time.async_sleep(1h);
            } catch (const boost::system::system_error&) {
                ++cancelled;
                throw;
            }
        });
    call.start(
        {.interval = 100ms, .call_timeout = 10ms, .on_error = {.action = OnError::keep_schedule}});
    time.advance(105ms);
    BOOST_TEST(on_context);
    BOOST_TEST(cancelled == 1);
    call.stop(cancel);
    time.advance(0ns);
    BOOST_TEST(cancelled == 2);
    BOOST_TEST(!call.running());
}

BOOST_AUTO_TEST_SUITE_END()
