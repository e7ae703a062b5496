// misfire_grace_time: a planned call that would come too late is not made.
#include <loopingcall/fixed_interval_looping_call.hpp>
#include <map>
#include <optional>

#include "support/virtual_time.hpp"

using namespace loopingcall;
using test::Times;
using namespace std::chrono_literals;

namespace {

struct Misfire : test::VirtualTime {
    Times dues, missed;
    Stats stats;

    auto noting() {
        return make([this](const Tick& tick) {
            ran();
            dues.push_back(test::in_ms(tick.due));
            missed.push_back(static_cast<long>(tick.missed));
        });
    }
    /// Runs for 560 ms, of which something else keeps the thread busy from 50 to `until`.
    void run(Options options, Duration until) {
        clock.async_sleep(50ms,
                          [this, until](boost::system::error_code) { clock.spend(until - 50ms); });
        options.interval = 100ms;
        auto call = noting();
        call.start(options);
        clock.advance(560ms);
        stats = call.stats();
    }
};

}  // namespace

#define TEST_TIMES(actual, ...) \
    BOOST_TEST((actual) == (Times{__VA_ARGS__}), boost::test_tools::per_element())

BOOST_FIXTURE_TEST_SUITE(misfire, Misfire)

BOOST_AUTO_TEST_CASE(without_a_grace_time_a_call_is_made_however_late) {
    run({}, 390ms);
    TEST_TIMES(runs, 0, 390, 400, 500);
}

BOOST_AUTO_TEST_CASE(a_call_that_is_late_by_no_more_than_the_grace_time_is_made) {
    run({.misfire_grace_time = 50ms}, 150ms);
    TEST_TIMES(runs, 0, 150, 200, 300, 400, 500);
    BOOST_TEST(stats.missed == 0U);
}

BOOST_AUTO_TEST_CASE(skip_leaves_out_a_call_that_is_too_late_and_every_point_that_has_passed) {
    run({.misfire_grace_time = 50ms}, 370ms);
    TEST_TIMES(runs, 0, 400, 500);
    TEST_TIMES(dues, 0, 400, 500);
    TEST_TIMES(missed, 0, 3, 0);
    BOOST_TEST(stats.missed == 3U);
}

BOOST_AUTO_TEST_CASE(coalesce_serves_the_latest_point_if_that_is_not_too_late) {
    run({.missed_ticks = MissedTicks::coalesce, .misfire_grace_time = 50ms}, 340ms);
    TEST_TIMES(runs, 0, 340, 400, 500);
    TEST_TIMES(dues, 0, 300, 400, 500);
    TEST_TIMES(missed, 0, 2, 0, 0);
}

BOOST_AUTO_TEST_CASE(burst_makes_up_for_those_alone_that_are_not_too_late) {
    run({.missed_ticks = MissedTicks::burst, .misfire_grace_time = 150ms}, 340ms);
    TEST_TIMES(runs, 0, 340, 340, 400, 500);
    TEST_TIMES(dues, 0, 200, 300, 400, 500);
    TEST_TIMES(missed, 0, 1, 0, 0, 0);
}

BOOST_AUTO_TEST_CASE(delay_keeps_its_grid_if_no_call_is_made_late) {
    run({.missed_ticks = MissedTicks::delay, .misfire_grace_time = 50ms}, 370ms);
    TEST_TIMES(runs, 0, 400, 500);
    BOOST_TEST(stats.missed == 3U);
}

BOOST_AUTO_TEST_CASE(after_completion_keeps_its_distance_if_no_call_is_made) {
    run({.missed_ticks = MissedTicks::after_completion, .misfire_grace_time = 50ms}, 370ms);
    TEST_TIMES(runs, 0, 400, 500);
    BOOST_TEST(stats.missed == 3U);
}

BOOST_AUTO_TEST_CASE(runs_and_missed_add_up_to_all_past_ticks) {
    for (const MissedTicks policy : {MissedTicks::skip, MissedTicks::coalesce, MissedTicks::burst,
                                     MissedTicks::delay, MissedTicks::after_completion}) {
        BOOST_TEST_CONTEXT(policy) {
            Misfire one;
            one.run({.missed_ticks = policy, .misfire_grace_time = 0ns}, 430ms);
            BOOST_TEST(one.stats.runs == 2U);  // 0 and 500
            BOOST_TEST(one.stats.missed == 4U);
        }
    }
}

BOOST_AUTO_TEST_CASE(the_points_left_out_count_at_once) {
    auto call = noting();
    call.start({.interval = 100ms, .misfire_grace_time = 10ms});
    clock.advance(50ms);
    clock.spend(300ms);
    clock.advance(0ms);
    BOOST_TEST(call.stats().runs == 1U);
    BOOST_TEST(call.stats().missed == 3U);
    BOOST_TEST(test::in_ms(call.stats().next_due) == 400);
}

BOOST_AUTO_TEST_CASE(a_call_that_an_overrun_makes_too_late_is_left_out_too) {
    auto call = make([&](const Tick& tick) {
        ran();
        dues.push_back(test::in_ms(tick.due));
        if (tick.index == 0) clock.spend(350ms);
    });
    call.start(
        {.interval = 100ms, .missed_ticks = MissedTicks::burst, .misfire_grace_time = 100ms});
    clock.advance(450ms);
    TEST_TIMES(runs, 0, 350, 400);
    TEST_TIMES(dues, 0, 300, 400);
    BOOST_TEST(call.stats().missed == 2U);
}

BOOST_AUTO_TEST_CASE(a_triggered_call_is_never_late) {
    auto call = noting();
    call.start({.interval = 100ms, .misfire_grace_time = 10ms});
    clock.advance(50ms);
    clock.spend(300ms);
    call.trigger();
    clock.advance(100ms);
    TEST_TIMES(runs, 0, 350, 400);
    TEST_TIMES(dues, 0, 350, 400);
    TEST_TIMES(missed, 0, 0, 3);
}

BOOST_AUTO_TEST_CASE(the_first_call_can_come_too_late_as_well) {
    auto call = noting();
    call.start({.interval = 100ms, .initial_delay = 20ms, .misfire_grace_time = 10ms});
    clock.spend(50ms);
    clock.advance(100ms);
    TEST_TIMES(runs, 120);
    TEST_TIMES(missed, 1);
}

BOOST_AUTO_TEST_CASE(a_delay_of_the_bodys_that_ended_too_long_ago_is_left_out_for_the_grid) {
    auto call = make([&](const Tick& tick) -> Step<void> {
        ran();
        if (tick.index == 0) return after(30ms);
        return again;
    });
    call.start({.interval = 100ms, .misfire_grace_time = 10ms});
    clock.advance(10ms);
    clock.spend(50ms);
    clock.advance(100ms);
    TEST_TIMES(runs, 0, 100);
    BOOST_TEST(call.stats().missed == 1U);
}

BOOST_AUTO_TEST_CASE(lateness_that_tolerance_allows_for_is_none) {
    auto call = noting();
    call.start({.interval = 110ms, .tolerance = 100ms, .misfire_grace_time = 0ns});
    clock.advance(450ms);
    TEST_TIMES(runs, 0, 200, 300, 400);
    BOOST_TEST(call.stats().missed == 0U);
}

BOOST_AUTO_TEST_CASE(a_point_behind_that_tolerance_puts_off_is_not_too_late) {
    run({.initial_delay = 20ms,
         .missed_ticks = MissedTicks::coalesce,
         .tolerance = 25ms,
         .misfire_grace_time = 6ms},
        330ms);
    TEST_TIMES(runs, 25, 330, 425, 525);
    TEST_TIMES(dues, 20, 320, 420, 520);
    TEST_TIMES(missed, 0, 2, 0, 0);
}

BOOST_AUTO_TEST_CASE(a_long_pause_of_a_fast_loop_is_skipped_in_one_step) {
    int calls = 0;
    auto call = make([&] { ++calls; });
    call.start({.interval = 1ns, .missed_ticks = MissedTicks::burst, .misfire_grace_time = 2ns});
    clock.spend(24h * 365);
    clock.advance(0ns);
    BOOST_TEST(calls == 3);
}

BOOST_AUTO_TEST_CASE(a_negative_grace_time_is_refused) {
    auto call = noting();
    BOOST_CHECK_EXCEPTION(call.start({.misfire_grace_time = -1ns}), std::invalid_argument,
                          [](const std::invalid_argument& error) {
                              return std::string(error.what()).starts_with("misfire_grace_time");
                          });
}

BOOST_AUTO_TEST_CASE(many_loops_do_not_all_call_in_the_instant_that_time_goes_on) {
    for (const MissedTicks policy : {MissedTicks::skip, MissedTicks::coalesce, MissedTicks::burst,
                                     MissedTicks::delay, MissedTicks::after_completion}) {
        BOOST_TEST_CONTEXT(policy) {
            test::VirtualTime time;
            std::map<long, int> calls;
            std::vector<FixedIntervalLoopingCall<void, VirtualClock>> loops;
            for (int i = 0; i < 50; ++i) {
                loops.push_back(time.make([&] { ++calls[test::in_ms(time.clock.now())]; }));
                loops.back().start({.interval = 10s,
                                    .missed_ticks = policy,
                                    .first_run_spread = 10s,
                                    .misfire_grace_time = 1s,
                                    .random = [i] { return i / 50.0; }});
            }
            time.clock.advance(20s);
            calls.clear();
            time.clock.spend(25s);
            time.clock.advance(20s);
            for (const auto& [when, count] : calls) BOOST_TEST(count <= 6);
        }
    }
}

// Jitter has a call begin before its tick, which lies beyond the end of time then.
BOOST_AUTO_TEST_CASE(a_tick_beyond_the_end_of_time_is_never_reached) {
    for (const MissedTicks policy : {MissedTicks::skip, MissedTicks::coalesce, MissedTicks::burst,
                                     MissedTicks::delay, MissedTicks::after_completion}) {
        for (const std::optional<Duration> grace : {std::optional<Duration>{}, {1s}}) {
            BOOST_TEST_CONTEXT(policy << (grace ? " with" : " without") << " a grace time") {
                test::VirtualTime time;
                auto call = time.make([] {});
                call.start({.interval = std::chrono::years(20),
                            .missed_ticks = policy,
                            .jitter = 0.4,
                            .misfire_grace_time = grace,
                            .random = [] { return 0.0; }});
                time.clock.advance(0ns);
                for (int i = 0; i < 15; ++i) {  // wherever the end lies between two ticks
                    time.clock.spend(std::chrono::years(i == 14 ? 300 : 20));
                    time.clock.advance(1s);
                    BOOST_TEST((call.stats().next_due > time.clock.now()));
                }
                BOOST_TEST(call.running());
            }
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
