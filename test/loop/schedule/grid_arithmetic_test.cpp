#include "loop/schedule/grid.hpp"

#include <boost/test/unit_test.hpp>

#include "loop/time_arithmetic.hpp"

using namespace loopingcall;
using namespace loopingcall::detail;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(grid_arithmetic)

BOOST_AUTO_TEST_CASE(a_time_is_rounded_up_to_a_whole_multiple) {
    const auto rounded = [](Duration time) {
        return rounded_up(TimePoint{time}, 50ms).time_since_epoch().count();
    };
    BOOST_TEST(rounded(0ms) == 0);
    BOOST_TEST(rounded(1ns) == Duration(50ms).count());
    BOOST_TEST(rounded(50ms) == Duration(50ms).count());
    BOOST_TEST(rounded(51ms) == Duration(100ms).count());
    BOOST_TEST(rounded(-1ms) == 0);
    BOOST_TEST(rounded(-60ms) == Duration(-50ms).count());
    BOOST_TEST(rounded(Duration::max()) == Duration::max().count());
}

BOOST_AUTO_TEST_CASE(the_next_point_as_a_table) {
    struct {
        bool served;
        Duration now, due;
        std::uint64_t missed;
    } const table[] = {
        {true, 100ms, 200ms, 0}, {true, 199ms, 200ms, 0},  {true, 200ms, 300ms, 1},
        {true, 350ms, 400ms, 2}, {true, 95ms, 200ms, 0},   {false, 0ms, 100ms, 0},
        {false, 99ms, 100ms, 0}, {false, 100ms, 200ms, 1}, {false, 350ms, 400ms, 3},
    };
    for (const auto& row : table) {
        BOOST_TEST_CONTEXT((row.served ? "served" : "not served") << " now " << row.now.count()) {
            const Plan plan = next_point(TimePoint{100ms}, 100ms, row.served, TimePoint{row.now});
            BOOST_TEST(plan.due.time_since_epoch().count() == row.due.count());
            BOOST_TEST(plan.missed == row.missed);
        }
    }
}

BOOST_AUTO_TEST_CASE(the_latest_point_as_a_table) {
    struct {
        Duration now, due;
        std::uint64_t missed;
    } const table[] = {
        {50ms, 100ms, 0},  {100ms, 100ms, 0}, {199ms, 100ms, 0},
        {200ms, 200ms, 1}, {450ms, 400ms, 3},
    };
    for (const auto& row : table) {
        const Plan plan = latest_point(TimePoint{100ms}, 100ms, TimePoint{row.now});
        BOOST_TEST(plan.due.time_since_epoch().count() == row.due.count());
        BOOST_TEST(plan.missed == row.missed);
    }
}

BOOST_AUTO_TEST_CASE(no_arithmetic_overflows) {
    const TimePoint late = TimePoint::max() - 1ns;
    BOOST_TEST((saturating_add(late, Duration::max()) == TimePoint::max()));
    BOOST_TEST((saturating_add(TimePoint{}, Duration::max()) == TimePoint::max()));
    BOOST_TEST((next_point({}, Duration::max(), true, late).due == TimePoint::max()));
    BOOST_TEST((next_point({}, 1ns, true, late).due == TimePoint::max()));
    BOOST_TEST((next_point({}, 1s, false, late).due == TimePoint::max()));
    BOOST_TEST((next_point(TimePoint::max(), 1s, true, TimePoint::max()).due == TimePoint::max()));
    BOOST_TEST((delayed(late, Duration::max(), DelayReason::after).due == TimePoint::max()));
    BOOST_TEST((jittered(late, Duration::max(), 0.4, 0.99) == TimePoint::max()));
    BOOST_TEST((to_duration(1e300) == Duration::max()));
    BOOST_TEST((to_duration(-1) == 0ns));
    BOOST_TEST((to_duration(static_cast<double>(Duration::max().count())) == Duration::max()));
}

BOOST_AUTO_TEST_CASE(jitter_moves_by_less_than_its_share_of_the_interval_to_either_side) {
    const TimePoint due{1s};
    BOOST_TEST((jittered(due, 100ms, 0.25, 0) == due - 25ms));
    BOOST_TEST((jittered(due, 100ms, 0.25, 0.5) == due));
    BOOST_TEST((jittered(due, 100ms, 0.25, 0.75) == due + 12500us));
}

BOOST_AUTO_TEST_CASE(a_share_is_less_than_the_whole) {
    BOOST_TEST((scaled(100ns, 0) == 0ns));
    BOOST_TEST((scaled(100ns, 0.5) == 50ns));
    BOOST_TEST((scaled(100ns, 1) == 99ns));
    BOOST_TEST((scaled(0ns, 0.9) == 0ns));
}

BOOST_AUTO_TEST_SUITE_END()
