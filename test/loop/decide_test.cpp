#include "decide.hpp"

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>
#include <boost/test/unit_test.hpp>

using namespace loopingcall;
using namespace loopingcall::detail;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(decide)

BOOST_AUTO_TEST_CASE(the_next_due_time_as_a_table) {
    struct {
        Duration served, now, due;
        std::uint64_t missed;
    } const table[] = {
        {0ms, 0ms, 100ms, 0},     {0ms, 99ms, 100ms, 0},    {0ms, 100ms, 200ms, 1},
        {0ms, 250ms, 300ms, 2},   {100ms, 250ms, 300ms, 1}, {300ms, 300ms, 400ms, 0},
        {250ms, 250ms, 300ms, 0}, {250ms, 420ms, 500ms, 2}, {400ms, 350ms, 500ms, 0},
    };
    for (const auto& row : table) {
        BOOST_TEST_CONTEXT("served " << row.served.count() << " now " << row.now.count()) {
            const Plan plan =
                next_due(TimePoint{}, TimePoint{row.served}, TimePoint{row.now}, 100ms);
            BOOST_TEST(plan.due.time_since_epoch().count() == row.due.count());
            BOOST_TEST(plan.missed == row.missed);
        }
    }
}

BOOST_AUTO_TEST_CASE(no_arithmetic_overflows) {
    const TimePoint late = TimePoint::max() - 1ns;
    BOOST_TEST((saturating_add(late, Duration::max()) == TimePoint::max()));
    BOOST_TEST((saturating_add(TimePoint{}, Duration::max()) == TimePoint::max()));
    BOOST_TEST((next_due(TimePoint{}, TimePoint{}, late, Duration::max()).due == TimePoint::max()));
    BOOST_TEST((next_due(TimePoint{}, TimePoint{}, late, 1ns).due == TimePoint::max()));
    BOOST_TEST((next_due(TimePoint::max(), TimePoint::max(), TimePoint::max(), 1s).due ==
                TimePoint::max()));
}

BOOST_AUTO_TEST_CASE(the_reason_to_end_follows_its_precedence) {
    const CallResult goes_on = again;
    const CallResult value = Done<void>{};
    const CallResult failure = Failed{std::make_exception_ptr(1)};
    const CallResult aborted = failed(asio::error::operation_aborted);
    const Demands all{true, true, true, true};

    BOOST_TEST(!reason_to_end(goes_on, {}).has_value());
    BOOST_TEST((reason_to_end(value, all) == StopReason::done));
    BOOST_TEST((reason_to_end(failure, all) == StopReason::failed));
    BOOST_TEST((reason_to_end(goes_on, all) == StopReason::stopped));
    BOOST_TEST((reason_to_end(aborted, all) == StopReason::stopped));
    BOOST_TEST((reason_to_end(aborted, {.stop_requested = true}) == StopReason::failed));
    BOOST_TEST((reason_to_end(aborted, {.cancelled = true, .deadline_passed = true}) ==
                StopReason::timed_out));
    BOOST_TEST((reason_to_end(goes_on, {.deadline_passed = true, .calls_used_up = true}) ==
                StopReason::timed_out));
    BOOST_TEST((reason_to_end(goes_on, {.calls_used_up = true}) == StopReason::exhausted));
}

BOOST_AUTO_TEST_SUITE_END()
