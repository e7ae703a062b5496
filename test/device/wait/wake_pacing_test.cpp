#include "device/wait/wake_pacing.hpp"

#include <boost/test/unit_test.hpp>

using loopingcall::TimePoint;
using loopingcall::device::detail::WakePacing;
using namespace std::chrono_literals;

namespace {
const TimePoint start = TimePoint{} + 1h;
}

BOOST_AUTO_TEST_SUITE(wake_pacing)

BOOST_AUTO_TEST_CASE(a_wake_is_seen_to_at_once) {
    WakePacing pacing;
    pacing.begin(start, true);
    BOOST_TEST((pacing.wake(start + 50ms) == start + 50ms));
}

BOOST_AUTO_TEST_CASE(checks_are_at_least_ten_milliseconds_apart) {
    WakePacing pacing;
    pacing.begin(start, true);
    BOOST_TEST((pacing.wake(start + 3ms) == start + 10ms));
}

BOOST_AUTO_TEST_CASE(a_wake_that_was_too_early_is_followed_at_growing_distances) {
    WakePacing pacing;
    TimePoint now = pacing.wake(start);
    std::vector<std::chrono::milliseconds> distances;
    for (;;) {
        pacing.begin(now, false);
        const auto next = pacing.still_busy();
        if (!next) break;
        distances.push_back(std::chrono::duration_cast<std::chrono::milliseconds>(*next - now));
        now = *next;
    }
    BOOST_TEST(
        (distances == std::vector<std::chrono::milliseconds>{20ms, 40ms, 80ms, 160ms, 320ms}));
}

BOOST_AUTO_TEST_CASE(a_device_closed_all_the_time_is_not_checked_all_the_time) {
    WakePacing pacing;
    TimePoint now = start;
    int checks = 0;
    while (now < start + 10s) {
        pacing.begin(now, false);
        (void)pacing.still_busy();
        now = pacing.wake(now + 1ms);
        ++checks;
    }
    BOOST_TEST(checks < 40);
}

BOOST_AUTO_TEST_CASE(after_a_calm_second_or_a_planned_check_a_wake_is_prompt_again) {
    WakePacing pacing;
    pacing.begin(start, false);
    for (int i = 0; i < 9; ++i) (void)pacing.still_busy();
    BOOST_TEST((pacing.wake(start + 2s) == start + 2s));
    pacing.begin(start + 2s, true);
    BOOST_TEST((pacing.wake(start + 2s) == start + 2s + 10ms));
}

BOOST_AUTO_TEST_SUITE_END()
