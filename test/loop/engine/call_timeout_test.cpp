#include <loopingcall/fixed_interval_looping_call.hpp>

#include "support/virtual_time.hpp"

using namespace loopingcall;
using test::Times;
using test::Told;
using namespace std::chrono_literals;

#define TEST_RUNS(...) BOOST_TEST(runs == (Times{__VA_ARGS__}), boost::test_tools::per_element())

namespace {

struct CallTimeout : test::VirtualTime {
    /// A body that sleeps `pause` in its first call, and gives up when it is cancelled.
    auto sleeping(Duration pause) {
        return make([this, pause](const Tick& tick) -> asio::awaitable<void> {
            ran();
            if (tick.index == 0) co_await clock.async_sleep(pause);
        });
    }
    /// A body that sleeps in spite of being cancelled, and then says `step`.
    auto stubborn(Duration pause, Step<int> step) {
        return FixedIntervalLoopingCall<int, VirtualClock>(
            context.get_executor(), clock,
            [this, pause, step](const Tick& tick) -> asio::awaitable<Step<int>> {
                ran();
                co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
                if (tick.index == 0) co_await clock.async_sleep(pause);
                co_return step;
            });
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(call_timeout, CallTimeout)

BOOST_AUTO_TEST_CASE(a_call_that_takes_too_long_is_cancelled_and_has_failed) {
    auto call = sleeping(20ms);
    Told<void> told;
    call.start({.interval = 100ms, .call_timeout = 5ms});
    watch(call, told);
    clock.advance(1s);
    BOOST_TEST(told.at == 5);
    BOOST_TEST(told.outcome.reason == StopReason::failed);
    BOOST_TEST(test::code_of(told.error) == asio::error::timed_out);
}

BOOST_AUTO_TEST_CASE(the_failure_goes_through_on_error_and_the_next_call_is_not_cancelled) {
    std::vector<bool> cancelled;
    auto call = make([&](const Tick& tick) -> asio::awaitable<void> {
        ran();
        const auto state = co_await asio::this_coro::cancellation_state;
        cancelled.push_back(state.cancelled() != asio::cancellation_type::none);
        co_await clock.async_sleep(tick.index == 0 ? 20ms : 3ms);
    });
    call.start({.interval = 100ms, .call_timeout = 5ms, .on_error = {OnError::keep_schedule}});
    clock.advance(250ms);
    TEST_RUNS(0, 100, 200);
    BOOST_TEST(call.stats().failures == 1U);
    BOOST_TEST(cancelled == (std::vector<bool>{false, false, false}),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_body_that_ignores_it_delays_the_next_call_without_overlap) {
    auto call = stubborn(150ms, again);
    call.start({.interval = 100ms, .call_timeout = 5ms, .on_error = {OnError::keep_schedule}});
    clock.advance(250ms);
    TEST_RUNS(0, 200);
    BOOST_TEST(call.stats().failures == 1U);
}

BOOST_AUTO_TEST_CASE(a_body_that_ignores_it_and_is_done_late_is_done) {
    auto call = stubborn(20ms, done(7));
    Told<int> told;
    call.start({.interval = 100ms, .call_timeout = 5ms});
    watch(call, told);
    clock.advance(1s);
    BOOST_TEST(told.outcome.reason == StopReason::done);
    BOOST_TEST(told.outcome.value.value() == 7);
    BOOST_TEST(told.at == 20);
}

BOOST_AUTO_TEST_CASE(an_error_of_the_bodys_own_is_more_telling_than_the_timeout) {
    auto call = make([&]() -> asio::awaitable<void> {
        bool gave_up = false;
        try {
            co_await clock.async_sleep(20ms);
        } catch (const boost::system::system_error&) {
            gave_up = true;
        }
        if (gave_up) throw std::runtime_error("the disk did not answer");
    });
    Told<void> told;
    call.start({.interval = 100ms, .call_timeout = 5ms});
    watch(call, told);
    clock.advance(1s);
    BOOST_TEST(test::message_of(told.error) == "the disk did not answer");
}

BOOST_AUTO_TEST_CASE(a_call_that_is_in_time_is_left_alone) {
    auto call = sleeping(4ms);
    call.start({.interval = 100ms, .call_timeout = 5ms});
    clock.advance(250ms);
    TEST_RUNS(0, 100, 200);
    BOOST_TEST(call.stats().failures == 0U);
}

BOOST_AUTO_TEST_CASE(stop_with_cancel_before_the_call_times_out_is_stopped) {
    auto call = sleeping(20ms);
    Told<void> told;
    call.start({.interval = 100ms, .call_timeout = 5ms});
    watch(call, told);
    clock.advance(2ms);
    call.stop(cancel);
    clock.advance(0ns);
    BOOST_TEST(told.outcome.reason == StopReason::stopped);
    BOOST_TEST(told.at == 2);
    BOOST_TEST(!told.error);
}

BOOST_AUTO_TEST_CASE(the_timeout_of_the_run_comes_first_if_it_is_the_earlier) {
    auto call = sleeping(20ms);
    Told<void> told;
    call.start({.interval = 100ms, .timeout = 4ms, .call_timeout = 5ms});
    watch(call, told);
    clock.advance(1s);
    BOOST_TEST(told.outcome.reason == StopReason::timed_out);
    BOOST_TEST(told.at == 4);
}

BOOST_AUTO_TEST_CASE(operation_aborted_without_our_cancel_is_an_ordinary_failure) {
    auto call = make([]() -> asio::awaitable<void> {
        throw boost::system::system_error(asio::error::operation_aborted);
        co_return;
    });
    Told<void> told;
    call.start({.interval = 100ms, .call_timeout = 5ms});
    watch(call, told);
    clock.advance(0ns);
    BOOST_TEST(told.outcome.reason == StopReason::failed);
    BOOST_TEST(test::code_of(told.error) == asio::error::operation_aborted);
}

BOOST_AUTO_TEST_SUITE_END()
