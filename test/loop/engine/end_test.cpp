#include <loopingcall/fixed_interval_looping_call.hpp>
#include <stdexcept>

#include "support/virtual_time.hpp"

using namespace loopingcall;
using test::Times;
using test::Told;
using namespace std::chrono_literals;

BOOST_FIXTURE_TEST_SUITE(end, test::VirtualTime)

BOOST_AUTO_TEST_CASE(timeout_ends_the_run_at_its_very_moment_before_a_call_due_then) {
    auto call = recording();
    Told<void> told;
    call.start({.interval = 100ms, .timeout = 300ms});
    watch(call, told);
    clock.advance(1s);
    BOOST_TEST(runs == (Times{0, 100, 200}), boost::test_tools::per_element());
    BOOST_TEST(told.outcome.reason == StopReason::timed_out);
    BOOST_TEST(told.at == 300);
}

BOOST_AUTO_TEST_CASE(timeout_also_ends_the_initial_delay) {
    auto call = recording();
    Told<void> told;
    call.start({.interval = 100ms, .initial_delay = 400ms, .timeout = 300ms});
    watch(call, told);
    clock.advance(1s);
    BOOST_TEST(runs.empty());
    BOOST_TEST(told.outcome.reason == StopReason::timed_out);
    BOOST_TEST(told.at == 300);
}

BOOST_AUTO_TEST_CASE(timeout_of_zero_ends_the_run_at_once_without_a_call) {
    auto call = recording();
    Told<void> told;
    call.start({.interval = 100ms, .timeout = 0ms});
    watch(call, told);
    clock.advance(0ns);
    BOOST_TEST(runs.empty());
    BOOST_TEST(told.outcome.reason == StopReason::timed_out);
}

BOOST_AUTO_TEST_CASE(timeout_in_a_plain_call_ends_the_run_when_it_returns) {
    auto call = make([&] {
        ran();
        clock.spend(350ms);
    });
    Told<void> told;
    call.start({.interval = 100ms, .timeout = 300ms});
    watch(call, told);
    clock.advance(1s);
    BOOST_TEST(runs.size() == 1U);
    BOOST_TEST(told.outcome.reason == StopReason::timed_out);
    BOOST_TEST(told.at == 350);
}

BOOST_AUTO_TEST_CASE(max_calls_exhausts_the_run_without_a_pause_after_the_last_call) {
    auto call = recording();
    Told<void> told;
    call.start({.interval = 100ms, .max_calls = 3});
    watch(call, told);
    clock.advance(1s);
    BOOST_TEST(runs == (Times{0, 100, 200}), boost::test_tools::per_element());
    BOOST_TEST(told.outcome.reason == StopReason::exhausted);
    BOOST_TEST(told.at == 200);
    BOOST_TEST(told.outcome.stats.runs == 3U);
}

BOOST_AUTO_TEST_CASE(stop_between_two_calls_ends_the_run_at_once) {
    auto call = recording();
    Told<void> told;
    call.start({.interval = 100ms});
    watch(call, told);
    clock.advance(150ms);
    call.stop();
    BOOST_TEST(!call.running());
    BOOST_TEST(told.times == 0);  // never inside stop()
    clock.advance(500ms);
    BOOST_TEST(runs == (Times{0, 100}), boost::test_tools::per_element());
    BOOST_TEST(told.outcome.reason == StopReason::stopped);
    BOOST_TEST(told.at == 150);
}

BOOST_AUTO_TEST_CASE(stop_during_the_initial_delay_makes_no_call) {
    auto call = recording();
    Told<void> told;
    call.start({.interval = 100ms, .initial_delay = 400ms});
    watch(call, told);
    clock.advance(10ms);
    call.stop();
    clock.advance(500ms);
    BOOST_TEST(runs.empty());
    BOOST_TEST(told.outcome.reason == StopReason::stopped);
    BOOST_TEST(told.at == 10);
}

BOOST_AUTO_TEST_CASE(stop_when_the_handler_of_the_timer_is_queued_already_still_prevents_the_call) {
    auto call = recording();
    Told<void> told;
    call.start({.interval = 100ms});
    watch(call, told);
    clock.async_sleep(100ms, [&](boost::system::error_code) { call.stop(); });
    clock.advance(0ns);
    runs.clear();
    // Both are due at 100; the call was armed before the sleep, so its wake-up is posted first,
    // and a stop() that stands before it in the queue of the context must win all the same.
    asio::post(context, [&] { call.stop(); });
    clock.advance(100ms);
    BOOST_TEST(runs.empty());
    BOOST_TEST(told.outcome.reason == StopReason::stopped);
}

BOOST_AUTO_TEST_CASE(stop_between_the_first_wake_up_and_the_first_call_prevents_the_call) {
    FixedIntervalLoopingCall<> call(context.get_executor(), [&] { ran(); });
    call.start({.interval = 1h});  // its first wake-up is in the queue of the context now
    call.stop();
    context.run();
    BOOST_TEST(runs.empty());
}

BOOST_AUTO_TEST_CASE(stop_before_start_and_after_the_end_and_twice_has_no_effect) {
    auto call = recording();
    call.stop();
    Told<void> told;
    call.start({.interval = 100ms, .max_calls = 1});
    watch(call, told);
    clock.advance(10ms);
    call.stop();
    call.stop(cancel);
    clock.advance(10ms);
    BOOST_TEST(told.outcome.reason == StopReason::exhausted);
    BOOST_TEST(told.times == 1);
    BOOST_TEST(runs.size() == 1U);
}

BOOST_AUTO_TEST_CASE(done_in_the_call_that_stops_is_done) {
    std::optional<FixedIntervalLoopingCall<int, VirtualClock>> call;
    call.emplace(context.get_executor(), clock, [&]() -> Step<int> {
        call->stop();
        return done(5);
    });
    Told<int> told;
    call->start({.interval = 100ms});
    watch(*call, told);
    clock.advance(0ns);
    BOOST_TEST(told.outcome.reason == StopReason::done);
    BOOST_TEST(told.outcome.value.value() == 5);
}

BOOST_AUTO_TEST_CASE(throwing_in_the_call_that_stops_is_failed) {
    std::optional<FixedIntervalLoopingCall<void, VirtualClock>> call;
    call.emplace(make([&] {
        call->stop();
        throw std::runtime_error("no");
    }));
    Told<void> told;
    call->start({.interval = 100ms});
    watch(*call, told);
    clock.advance(0ns);
    BOOST_TEST(told.outcome.reason == StopReason::failed);
    BOOST_TEST(test::message_of(told.error) == "no");
}

BOOST_AUTO_TEST_CASE(stop_in_the_last_call_allowed_is_stopped_rather_than_exhausted) {
    std::optional<FixedIntervalLoopingCall<void, VirtualClock>> call;
    call.emplace(make([&] { call->stop(); }));
    Told<void> told;
    call->start({.interval = 100ms, .max_calls = 1});
    watch(*call, told);
    clock.advance(0ns);
    BOOST_TEST(told.outcome.reason == StopReason::stopped);
}

BOOST_AUTO_TEST_CASE(a_stopped_call_leaves_nothing_that_keeps_the_context_running) {
    FixedIntervalLoopingCall<> call(context.get_executor(), [&] { ran(); });
    call.start({.interval = 1h});
    context.run_one();
    BOOST_TEST(runs.size() == 1U);
    call.stop();
    context.run();  // returns, because the hour is not waited for
    BOOST_TEST(!call.running());
}

BOOST_AUTO_TEST_SUITE_END()
