#include <loopingcall/fixed_interval_looping_call.hpp>

#include "support/virtual_time.hpp"

using namespace loopingcall;
using test::Told;
using namespace std::chrono_literals;

BOOST_FIXTURE_TEST_SUITE(wait, test::VirtualTime)

BOOST_AUTO_TEST_CASE(all_waiters_get_the_same_outcome_also_one_added_after_the_end) {
    FixedIntervalLoopingCall<int, VirtualClock> call(context.get_executor(), clock,
                                                     [](const Tick& tick) -> Step<int> {
                                                         if (tick.index < 2) return again;
                                                         return done(9);
                                                     });
    Told<int> told[4];
    call.start({.interval = 100ms});
    for (int i = 0; i < 3; ++i) watch(call, told[i]);
    clock.advance(1s);
    watch(call, told[3]);
    BOOST_TEST(told[3].times == 0);  // never inside async_wait()
    clock.advance(0ns);
    for (const auto& each : told) {
        BOOST_TEST(each.times == 1);
        BOOST_TEST(each.outcome.reason == StopReason::done);
        BOOST_TEST(each.outcome.value.value() == 9);
    }
}

BOOST_AUTO_TEST_CASE(waiting_for_a_call_that_was_never_started_is_an_error_not_a_hang) {
    auto call = recording();
    Told<void> told;
    watch(call, told);
    clock.advance(0ns);
    BOOST_TEST(told.times == 1);
    BOOST_TEST((test::code_of(told.error) == errc::not_started));
}

BOOST_AUTO_TEST_CASE(a_waiter_of_an_ended_run_keeps_its_outcome_when_the_call_is_started_again) {
    auto call = recording();
    Told<void> told;
    call.start({.interval = 100ms, .max_calls = 1});
    watch(call, told);
    clock.async_sleep(0ns, [&](boost::system::error_code) {
        if (!call.running()) call.start({.interval = 100ms, .max_calls = 5});
    });
    clock.advance(0ns);
    BOOST_TEST(told.outcome.reason == StopReason::exhausted);
    BOOST_TEST(told.outcome.stats.runs == 1U);
}

BOOST_AUTO_TEST_CASE(cancelling_one_waiter_ends_that_waiter_alone) {
    auto call = recording();
    for (const auto type : {asio::cancellation_type::total, asio::cancellation_type::partial,
                            asio::cancellation_type::terminal}) {
        Told<void> other;
        std::exception_ptr cancelled;
        asio::cancellation_signal signal;
        call.start({.interval = 100ms});
        call.async_wait(asio::bind_cancellation_slot(
            signal.slot(),
            [&](std::exception_ptr error, const Outcome<void>&) { cancelled = error; }));
        watch(call, other);
        clock.advance(10ms);
        signal.emit(type);
        BOOST_TEST(!cancelled);  // never inside emit()
        clock.advance(10ms);
        BOOST_TEST(test::code_of(cancelled) == asio::error::operation_aborted);
        BOOST_TEST(call.running());
        BOOST_TEST(other.times == 0);
        call.stop();
        clock.advance(0ns);
        BOOST_TEST(other.outcome.reason == StopReason::stopped);
    }
}

BOOST_AUTO_TEST_CASE(a_completion_runs_on_the_executor_of_its_handler_which_is_kept_busy) {
    asio::io_context other;
    auto call = recording();
    bool told = false;
    call.start({.interval = 100ms});
    call.async_wait(asio::bind_executor(
        other.get_executor(), [&](std::exception_ptr, const Outcome<void>&) { told = true; }));
    other.poll();
    BOOST_TEST(!other.stopped());  // it has work: a waiter
    call.stop();
    clock.advance(0ns);
    BOOST_TEST(!told);
    other.poll();
    BOOST_TEST(told);
    BOOST_TEST(other.stopped());
}

BOOST_AUTO_TEST_SUITE_END()
