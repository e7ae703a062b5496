#include <loopingcall/missed_ticks.hpp>
#include <sstream>

#include "support/virtual_time.hpp"

using namespace loopingcall;
using test::Times;
using namespace std::chrono_literals;

namespace {

struct Policies : test::VirtualTime {
    std::vector<Tick> ticks;
    Stats stats;

    /// The start times of a call whose first run takes `first_takes`.
    Times runs_with(MissedTicks policy, Duration first_takes) {
        return runs_of(policy, [this, first_takes](const Tick& tick) {
            ran();
            ticks.push_back(tick);
            if (tick.index == 0) clock.spend(first_takes);
        });
    }

    /// The same when other work keeps the thread busy from 50 to 250.
    Times runs_when_late(MissedTicks policy) {
        clock.async_sleep(50ms, [this](boost::system::error_code) { clock.spend(200ms); });
        return runs_of(policy, [this](const Tick& tick) {
            ran();
            ticks.push_back(tick);
        });
    }

    template <class Body>
    Times runs_of(MissedTicks policy, Body body) {
        auto call = make(std::move(body));
        call.start({.interval = 100ms, .missed_ticks = policy});
        clock.advance(560ms);
        stats = call.stats();
        return runs;
    }

    [[nodiscard]] Times dues() const {
        Times result;
        for (const Tick& tick : ticks) result.push_back(test::in_ms(tick.due));
        return result;
    }
    [[nodiscard]] Times missed() const {
        Times result;
        for (const Tick& tick : ticks) result.push_back(static_cast<long>(tick.missed));
        return result;
    }
};

}  // namespace

#define TEST_TIMES(actual, ...) \
    BOOST_TEST((actual) == (Times{__VA_ARGS__}), boost::test_tools::per_element())

BOOST_FIXTURE_TEST_SUITE(missed_ticks, Policies)

//     planned   0    100    200    300    400    500
//     calls     |-------------|    |      |      |
BOOST_AUTO_TEST_CASE(skip_calls_at_the_first_point_strictly_in_the_future) {
    TEST_TIMES(runs_with(MissedTicks::skip, 250ms), 0, 300, 400, 500);
    TEST_TIMES(dues(), 0, 300, 400, 500);
    TEST_TIMES(missed(), 0, 2, 0, 0);
}

//     calls     |-------------||   |      |      |
BOOST_AUTO_TEST_CASE(coalesce_calls_once_at_once_and_keeps_the_grid) {
    TEST_TIMES(runs_with(MissedTicks::coalesce, 250ms), 0, 250, 300, 400, 500);
    TEST_TIMES(dues(), 0, 200, 300, 400, 500);
    TEST_TIMES(missed(), 0, 1, 0, 0, 0);
}

//     calls     |-------------||      |      |      |
BOOST_AUTO_TEST_CASE(delay_calls_at_once_and_begins_a_new_grid) {
    TEST_TIMES(runs_with(MissedTicks::delay, 250ms), 0, 250, 350, 450, 550);
    TEST_TIMES(dues(), 0, 100, 350, 450, 550);
    TEST_TIMES(missed(), 0, 0, 0, 0, 0);
}

//     calls     |-------------|||  |      |      |
BOOST_AUTO_TEST_CASE(burst_makes_up_for_every_point) {
    TEST_TIMES(runs_with(MissedTicks::burst, 250ms), 0, 250, 250, 300, 400, 500);
    TEST_TIMES(dues(), 0, 100, 200, 300, 400, 500);
    TEST_TIMES(missed(), 0, 0, 0, 0, 0, 0);
}

//     calls     |-------------|       |      |      |
BOOST_AUTO_TEST_CASE(after_completion_counts_from_the_end_of_a_call) {
    TEST_TIMES(runs_with(MissedTicks::after_completion, 250ms), 0, 350, 450, 550);
    TEST_TIMES(missed(), 0, 0, 0, 0);
}

BOOST_AUTO_TEST_CASE(skip_does_not_serve_a_point_that_a_call_ends_on) {
    TEST_TIMES(runs_with(MissedTicks::skip, 200ms), 0, 300, 400, 500);
}

BOOST_AUTO_TEST_CASE(coalesce_serves_a_point_that_a_call_ends_on) {
    TEST_TIMES(runs_with(MissedTicks::coalesce, 200ms), 0, 200, 300, 400, 500);
    TEST_TIMES(dues(), 0, 200, 300, 400, 500);
    TEST_TIMES(missed(), 0, 1, 0, 0, 0);
}

BOOST_AUTO_TEST_CASE(delay_calls_at_once_after_a_call_that_ends_on_a_point) {
    TEST_TIMES(runs_with(MissedTicks::delay, 200ms), 0, 200, 300, 400, 500);
}

BOOST_AUTO_TEST_CASE(burst_serves_the_point_that_a_call_ends_on_too) {
    TEST_TIMES(runs_with(MissedTicks::burst, 200ms), 0, 200, 200, 300, 400, 500);
}

BOOST_AUTO_TEST_CASE(skip_and_coalesce_make_the_planned_call_late_and_keep_the_grid) {
    TEST_TIMES(runs_when_late(MissedTicks::skip), 0, 250, 300, 400, 500);
    TEST_TIMES(dues(), 0, 100, 300, 400, 500);
    TEST_TIMES(missed(), 0, 1, 0, 0, 0);
}

BOOST_AUTO_TEST_CASE(coalesce_makes_one_late_call_for_all_points_passed) {
    TEST_TIMES(runs_when_late(MissedTicks::coalesce), 0, 250, 300, 400, 500);
    TEST_TIMES(dues(), 0, 200, 300, 400, 500);
    TEST_TIMES(missed(), 0, 1, 0, 0, 0);
}

BOOST_AUTO_TEST_CASE(delay_begins_a_new_grid_at_a_late_call) {
    TEST_TIMES(runs_when_late(MissedTicks::delay), 0, 250, 350, 450, 550);
}

BOOST_AUTO_TEST_CASE(burst_makes_up_for_what_a_late_call_missed) {
    TEST_TIMES(runs_when_late(MissedTicks::burst), 0, 250, 250, 300, 400, 500);
}

BOOST_AUTO_TEST_CASE(after_completion_counts_from_the_end_of_a_late_call) {
    TEST_TIMES(runs_when_late(MissedTicks::after_completion), 0, 250, 350, 450, 550);
}

// Some calls take long, and something else keeps the thread busy now and then.
BOOST_AUTO_TEST_CASE(runs_and_missed_add_up_to_all_past_ticks_at_every_moment_between_two_calls) {
    for (const MissedTicks policy :
         {MissedTicks::skip, MissedTicks::coalesce, MissedTicks::burst}) {
        BOOST_TEST_CONTEXT(policy) {
            test::VirtualTime time;
            auto call = time.make([&](const Tick& tick) {
                if (tick.index % 9 == 1) time.clock.spend(330ms);
            });
            call.start({.interval = 100ms, .missed_ticks = policy});
            int moments = 0;
            for (int i = 0; i < 500; ++i) {
                time.clock.advance(13ms);
                if (i % 41 == 3) time.clock.spend(270ms);
                time.clock.advance(0ms);
                if (call.stats().next_due <= time.clock.now()) continue;  // not between two calls
                ++moments;
                const auto passed = static_cast<std::uint64_t>(test::in_ms(time.clock.now()) / 100);
                BOOST_TEST(call.stats().runs + call.stats().missed == passed + 1);
            }
            BOOST_TEST(moments > 300);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_late_call_itself_reports_the_ticks_missed_since) {
    std::vector<Tick> seen;
    auto call = make([&](const Tick& tick) { seen.push_back(tick); });
    call.start({.interval = 100ms});
    clock.advance(50ms);
    clock.spend(200ms);
    clock.advance(10ms);
    BOOST_TEST(seen.at(1).missed == 1U);
    BOOST_TEST(test::in_ms(seen.at(1).due) == 100);
    BOOST_TEST(call.stats().runs == 2U);
    BOOST_TEST(call.stats().missed == 1U);
}

BOOST_AUTO_TEST_CASE(points_that_a_long_call_missed_count_as_soon_as_it_is_over) {
    auto call = make([&](const Tick& tick) {
        if (tick.index == 0) clock.spend(250ms);
    });
    call.start({.interval = 100ms});
    clock.advance(260ms);
    BOOST_TEST(call.stats().runs == 1U);
    BOOST_TEST(call.stats().missed == 2U);
    clock.advance(50ms);
    BOOST_TEST(call.stats().runs == 2U);
    BOOST_TEST(call.stats().missed == 2U);
}

BOOST_AUTO_TEST_CASE(an_extra_call_counts_no_missed_point_twice) {
    std::vector<Tick> seen;
    auto call = make([&](const Tick& tick) {
        seen.push_back(tick);
        if (tick.index == 0) clock.spend(250ms);
        if (tick.index == 1) clock.spend(70ms);  // from 260, beyond the tick at 300
    });
    call.start({.interval = 100ms});
    clock.advance(260ms);
    call.trigger();
    clock.advance(75ms);
    BOOST_TEST(call.stats().missed == 3U);
    clock.advance(100ms);
    BOOST_TEST(test::in_ms(seen.at(2).due) == 400);
    BOOST_TEST(seen.at(2).missed == 3U);
    BOOST_TEST(call.stats().missed == 3U);
}

BOOST_AUTO_TEST_CASE(a_call_that_outlasts_its_interval_is_an_overrun) {
    runs_with(MissedTicks::skip, 250ms);
    BOOST_TEST(stats.overruns == 1U);
    BOOST_TEST((stats.max_duration == 250ms));
    BOOST_TEST((stats.last_duration == 0ms));
}

BOOST_AUTO_TEST_CASE(a_late_wake_up_is_measured) {
    runs_when_late(MissedTicks::skip);
    BOOST_TEST(stats.overruns == 0U);
    BOOST_TEST((stats.max_lateness == 150ms));
    BOOST_TEST((stats.last_lateness == 0ms));
    BOOST_TEST(test::in_ms(stats.next_due) == 600);
}

BOOST_AUTO_TEST_CASE(each_policy_has_its_name) {
    std::ostringstream text;
    text << MissedTicks::skip << MissedTicks::coalesce << MissedTicks::delay << MissedTicks::burst
         << MissedTicks::after_completion;
    BOOST_TEST(text.str() == "skipcoalescedelayburstafter_completion");
}

BOOST_AUTO_TEST_SUITE_END()
