// A body that was cancelled and cleans up hears every further reason to give up.
#include <loopingcall/fixed_interval_looping_call.hpp>

#include "support/virtual_time.hpp"

using namespace loopingcall;
using test::Times;
using test::Told;
using namespace std::chrono_literals;

namespace {

/// A body that is busy for an hour, and cleans up for another hour each time that it is cancelled.
struct CancelAgain : test::VirtualTime {
    Times cancelled;
    int clean_ups = 1;
    std::optional<Step<int>> step;  // none: the last operation_aborted escapes
    Told<int> told;
    std::optional<FixedIntervalLoopingCall<int, VirtualClock>> call;

    asio::awaitable<Step<int>> body() {
        for (int left = clean_ups;; --left) {
            bool again_cancelled = false;
            try {
                co_await clock.async_sleep(1h);
            } catch (const boost::system::system_error&) {
                again_cancelled = true;
                cancelled.push_back(test::in_ms(clock.now()));
                if (left == 0 && !step) throw;
            }
            if (!again_cancelled || left == 0) break;
            co_await asio::this_coro::reset_cancellation_state(asio::enable_total_cancellation());
        }
        co_return step.value_or(again);
    }
    void start(const Options& options) {
        call.emplace(context.get_executor(), clock, [this] { return body(); });
        call->start(options);
        watch(*call, told);
    }
};

}  // namespace

#define TEST_CANCELLED(...) \
    BOOST_TEST(cancelled == (Times{__VA_ARGS__}), boost::test_tools::per_element())

BOOST_FIXTURE_TEST_SUITE(cancel_again, CancelAgain)

BOOST_AUTO_TEST_CASE(after_its_call_timeout_a_body_hears_stop_with_cancel) {
    start({.call_timeout = 5ms});
    clock.advance(50ms);
    call->stop(cancel);
    clock.advance(0ns);
    TEST_CANCELLED(5, 50);
    BOOST_TEST(told.outcome.reason == StopReason::stopped);
    BOOST_TEST(told.at == 50);
}

BOOST_AUTO_TEST_CASE(after_its_call_timeout_a_body_hears_the_timeout_of_the_run) {
    start({.timeout = 100ms, .call_timeout = 5ms});
    clock.advance(1s);
    TEST_CANCELLED(5, 100);
    BOOST_TEST(told.outcome.reason == StopReason::timed_out);
    BOOST_TEST(told.at == 100);
}

BOOST_AUTO_TEST_CASE(after_its_call_timeout_a_body_hears_that_the_object_is_gone) {
    start({.call_timeout = 5ms});
    clock.advance(50ms);
    call.reset();
    clock.advance(0ns);
    TEST_CANCELLED(5, 50);
    BOOST_TEST(told.outcome.reason == StopReason::stopped);
}

BOOST_AUTO_TEST_CASE(after_stop_with_cancel_a_body_hears_each_of_the_limits) {
    clean_ups = 3;
    start({.timeout = 100ms, .call_timeout = 20ms});
    clock.advance(10ms);
    call->stop(cancel);
    clock.advance(120ms);
    TEST_CANCELLED(10, 20, 100);
    call.reset();
    clock.advance(0ns);
    TEST_CANCELLED(10, 20, 100, 130);
    BOOST_TEST(told.outcome.reason == StopReason::stopped);
}

BOOST_AUTO_TEST_CASE(after_the_timeout_of_the_run_a_body_hears_stop_with_cancel) {
    start({.timeout = 10ms});
    clock.advance(30ms);
    call->stop(cancel);
    clock.advance(0ns);
    TEST_CANCELLED(10, 30);
    BOOST_TEST(told.outcome.reason == StopReason::stopped);
}

BOOST_AUTO_TEST_CASE(a_stop_that_does_not_cancel_is_not_heard_and_one_that_does_then_is) {
    start({.call_timeout = 5ms});
    clock.advance(20ms);
    call->stop();
    clock.advance(20ms);
    TEST_CANCELLED(5);
    call->stop(cancel);
    clock.advance(0ns);
    TEST_CANCELLED(5, 40);
    BOOST_TEST(told.outcome.reason == StopReason::stopped);
}

BOOST_AUTO_TEST_CASE(a_clean_up_that_ends_the_loop_as_done_has_the_last_word) {
    step = done(7);
    start({.call_timeout = 5ms});
    clock.advance(50ms);
    call->stop(cancel);
    clock.advance(0ns);
    BOOST_TEST(told.outcome.reason == StopReason::done);
    BOOST_TEST(told.outcome.value.value() == 7);
}

BOOST_AUTO_TEST_CASE(a_call_that_took_too_long_and_says_again_after_all_has_failed) {
    step = again;
    start({.call_timeout = 5ms});
    clock.advance(50ms);
    call->stop(cancel);
    clock.advance(0ns);
    BOOST_TEST(told.outcome.reason == StopReason::failed);
    BOOST_TEST(test::code_of(told.error) == asio::error::timed_out);
}

BOOST_AUTO_TEST_CASE(the_next_call_is_not_cancelled_by_what_the_last_one_heard) {
    start({.timeout = 10s, .call_timeout = 5ms, .on_error = {OnError::keep_schedule}});
    clean_ups = 0;
    clock.advance(2s);
    TEST_CANCELLED(5, 1005);
}

BOOST_AUTO_TEST_SUITE_END()
