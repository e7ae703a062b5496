// trigger, reset and set_interval.
#include <loopingcall/fixed_interval_looping_call.hpp>

#include "support/virtual_time.hpp"

using namespace loopingcall;
using test::Times;
using test::Told;
using namespace std::chrono_literals;

#define TEST_RUNS(...) BOOST_TEST(runs == (Times{__VA_ARGS__}), boost::test_tools::per_element())

namespace {

struct Control : test::VirtualTime {
    /// A body that takes 30, awaited, so that others act meanwhile.
    auto slow() {
        return make([this]() -> asio::awaitable<void> {
            ran();
            co_await clock.async_sleep(30ms);
        });
    }
    template <class Action>
    void at(Duration when, Action action) {
        clock.async_sleep(when, [action](boost::system::error_code) { action(); });
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(control, Control)

BOOST_AUTO_TEST_CASE(trigger_calls_now_and_leaves_the_grid) {
    auto call = recording();
    call.start({.interval = 100ms});
    clock.advance(50ms);
    BOOST_TEST(call.trigger());
    clock.advance(200ms);
    TEST_RUNS(0, 50, 100, 200);
}

BOOST_AUTO_TEST_CASE(trigger_with_rebase_begins_a_new_grid) {
    auto call = recording();
    call.start({.interval = 100ms});
    clock.advance(50ms);
    BOOST_TEST(call.trigger(rebase));
    clock.advance(249ms);
    TEST_RUNS(0, 50, 150, 250);
}

BOOST_AUTO_TEST_CASE(triggers_while_the_body_runs_make_one_extra_call_when_it_is_over) {
    auto call = slow();
    call.start({.interval = 100ms});
    at(10ms, [&] { call.trigger(); });
    at(20ms, [&] { call.trigger(); });
    clock.advance(150ms);
    TEST_RUNS(0, 30, 100);
}

BOOST_AUTO_TEST_CASE(the_extra_call_serves_the_moment_it_begins_and_misses_nothing) {
    std::vector<Tick> ticks;
    auto call = make([&](const Tick& tick) { ticks.push_back(tick); });
    call.start({.interval = 100ms});
    clock.advance(50ms);
    call.trigger();
    clock.advance(50ms);
    BOOST_TEST(ticks.at(1).index == 1U);
    BOOST_TEST(ticks.at(1).missed == 0U);
    BOOST_TEST(test::in_ms(ticks.at(1).due) == 50);
    BOOST_TEST(ticks.at(2).missed == 0U);
    BOOST_TEST(test::in_ms(ticks.at(2).due) == 100);
}

BOOST_AUTO_TEST_CASE(an_extra_call_that_outlasts_a_planned_one_is_subject_to_the_policy) {
    auto call = make([&](const Tick& tick) {
        ran();
        if (tick.index == 1) clock.spend(80ms);
    });
    call.start({.interval = 100ms});
    clock.advance(50ms);
    call.trigger();
    clock.advance(200ms);
    TEST_RUNS(0, 50, 200);
    BOOST_TEST(call.stats().missed == 1U);
}

BOOST_AUTO_TEST_CASE(trigger_before_start_and_after_the_end_and_after_stop_is_refused) {
    auto call = recording();
    BOOST_TEST(!call.trigger());
    call.start({.interval = 100ms, .max_calls = 1});
    clock.advance(0ns);
    BOOST_TEST(!call.trigger());
    BOOST_TEST(!call.trigger(rebase));
    BOOST_TEST(!call.reset());
    BOOST_TEST(!call.set_interval(1s));
    clock.advance(1s);
    TEST_RUNS(0);
}

BOOST_AUTO_TEST_CASE(trigger_in_a_call_that_was_stopped_is_refused) {
    std::optional<FixedIntervalLoopingCall<void, VirtualClock>> call;
    bool refused = false;
    call.emplace(make([&] {
        ran();
        call->stop();
        refused = !call->trigger() && !call->reset();
    }));
    call->start({.interval = 100ms});
    clock.advance(1s);
    BOOST_TEST(refused);
    TEST_RUNS(0);
}

BOOST_AUTO_TEST_CASE(trigger_during_the_initial_delay_leaves_the_first_planned_call) {
    auto call = recording();
    call.start({.interval = 100ms, .initial_delay = 400ms});
    clock.advance(100ms);
    call.trigger();
    clock.advance(450ms);
    TEST_RUNS(100, 400, 500);
    BOOST_TEST(call.stats().missed == 0U);
}

BOOST_AUTO_TEST_CASE(a_trigger_at_the_very_instant_of_a_due_call_makes_no_second_one) {
    auto call = recording();
    call.start({.interval = 100ms});
    at(100ms, [&] { call.trigger(); });  // armed before the call that is due then
    clock.advance(250ms);
    TEST_RUNS(0, 100, 200);
}

BOOST_AUTO_TEST_CASE(an_extra_call_counts_for_max_calls) {
    auto call = recording();
    Told<void> told;
    call.start({.interval = 100ms, .max_calls = 2});
    watch(call, told);
    clock.advance(50ms);
    call.trigger();
    clock.advance(0ns);
    TEST_RUNS(0, 50);
    BOOST_TEST(told.outcome.reason == StopReason::exhausted);
    BOOST_TEST(told.at == 50);
}

BOOST_AUTO_TEST_CASE(a_trigger_that_is_pending_when_the_body_ends_the_loop_is_dropped) {
    std::optional<FixedIntervalLoopingCall<void, VirtualClock>> call;
    call.emplace(make([&]() -> Step<void> {
        ran();
        call->trigger();
        return done();
    }));
    call->start({.interval = 100ms});
    clock.advance(1s);
    TEST_RUNS(0);
    call->start({.interval = 100ms, .initial_delay = 100ms});  // and is not found by the next run
    clock.advance(50ms);
    TEST_RUNS(0);
}

BOOST_AUTO_TEST_CASE(trigger_during_an_error_back_off_calls_now) {
    auto call = make([&](const Tick& tick) {
        ran();
        if (tick.index == 0) throw std::runtime_error("no");
    });
    call.start({.interval = 100ms, .on_error = {OnError::backoff, {.initial = 80ms}}});
    clock.advance(30ms);
    call.trigger();
    clock.advance(210ms);
    TEST_RUNS(0, 30, 130, 230);  // the success begins a new grid at its start
}

BOOST_AUTO_TEST_CASE(trigger_leaves_a_delay_that_the_body_asked_for) {
    auto call = make([&](const Tick& tick) -> Step<void> {
        ran();
        if (tick.index == 0) return after(250ms);
        return again;
    });
    call.start({.interval = 100ms});
    clock.advance(50ms);
    call.trigger();
    clock.advance(300ms);
    TEST_RUNS(0, 50, 250, 300);
}

BOOST_AUTO_TEST_CASE(trigger_in_a_plain_body_calls_again_at_once) {
    std::optional<FixedIntervalLoopingCall<void, VirtualClock>> call;
    call.emplace(make([&](const Tick& tick) {
        ran();
        if (tick.index == 0) call->trigger();
    }));
    call->start({.interval = 100ms});
    clock.advance(150ms);
    TEST_RUNS(0, 0, 100);
}

BOOST_AUTO_TEST_CASE(reset_begins_a_new_grid_now) {
    auto call = recording();
    call.start({.interval = 100ms});
    clock.advance(130ms);
    BOOST_TEST(call.reset());
    clock.advance(250ms);
    TEST_RUNS(0, 100, 230, 330);
    BOOST_TEST(call.stats().missed == 0U);
}

BOOST_AUTO_TEST_CASE(reset_while_the_body_runs_counts_from_that_moment) {
    auto call = slow();
    call.start({.interval = 100ms});
    at(10ms, [&] { call.reset(); });
    clock.advance(250ms);
    TEST_RUNS(0, 110, 210);
}

BOOST_AUTO_TEST_CASE(reset_during_the_initial_delay_replaces_it_by_an_interval) {
    auto call = recording();
    call.start({.interval = 100ms, .initial_delay = 400ms});
    clock.advance(50ms);
    call.reset();
    clock.advance(250ms);
    TEST_RUNS(150, 250);
}

BOOST_AUTO_TEST_CASE(reset_during_a_back_off_begins_a_grid_that_the_next_success_keeps) {
    auto call = make([&](const Tick& tick) {
        ran();
        if (tick.index == 0) throw std::runtime_error("no");
    });
    call.start({.interval = 100ms, .on_error = {OnError::backoff, {.initial = 80ms}}});
    clock.advance(30ms);
    call.reset();
    clock.advance(20ms);
    call.trigger();
    clock.advance(200ms);
    TEST_RUNS(0, 50, 130, 230);
}

BOOST_AUTO_TEST_CASE(set_interval_counts_from_the_moment_it_is_set) {
    auto call = recording();
    call.start({.interval = 100ms});
    clock.advance(50ms);
    BOOST_TEST(call.set_interval(30ms));
    clock.advance(75ms);
    TEST_RUNS(0, 80, 110);
    BOOST_TEST(test::in_ms(call.stats().next_due) == 140);
}

BOOST_AUTO_TEST_CASE(the_interval_that_is_set_already_changes_nothing) {
    auto call = recording();
    call.start({.interval = 100ms});
    for (int i = 0; i < 10; ++i) {  // a reload each 30, which must not starve it
        clock.advance(30ms);
        BOOST_TEST(call.set_interval(100ms));
    }
    TEST_RUNS(0, 100, 200, 300);
    call.set_interval(50ms);  // at 300
    clock.advance(30ms);
    call.set_interval(50ms);
    clock.advance(30ms);
    TEST_RUNS(0, 100, 200, 300, 350);
}

BOOST_AUTO_TEST_CASE(the_interval_that_is_set_already_leaves_the_initial_delay_and_a_back_off) {
    auto call = make([&](const Tick& tick) {
        ran();
        if (tick.index == 0) throw std::runtime_error("no");
    });
    call.start({.interval = 100ms,
                .initial_delay = 400ms,
                .on_error = {OnError::backoff, {.initial = 20ms}}});
    clock.advance(50ms);
    call.set_interval(100ms);
    clock.advance(360ms);
    call.set_interval(100ms);
    clock.advance(40ms);
    TEST_RUNS(400, 420);
}

BOOST_AUTO_TEST_CASE(set_interval_lasts_until_the_end_of_the_run) {
    auto call = recording();
    call.start({.interval = 100ms});
    call.set_interval(30ms);
    call.stop();
    call.start({.interval = 100ms});
    clock.advance(150ms);
    TEST_RUNS(0, 100);
}

BOOST_AUTO_TEST_CASE(an_interval_that_is_not_positive_is_refused_and_nothing_changes) {
    auto call = recording();
    call.start({.interval = 100ms});
    BOOST_CHECK_THROW(call.set_interval(0ns), std::invalid_argument);
    BOOST_CHECK_THROW(call.set_interval(-1ns), std::invalid_argument);
    clock.advance(150ms);
    TEST_RUNS(0, 100);
}

BOOST_AUTO_TEST_CASE(no_control_runs_anything_of_the_user_inside) {
    auto call = recording();
    call.start({.interval = 100ms});
    clock.advance(50ms);
    call.trigger();
    call.reset();
    call.set_interval(10ms);
    TEST_RUNS(0);
}

BOOST_AUTO_TEST_SUITE_END()
