#include "device/wait/claim_pacing.hpp"

#include <boost/test/unit_test.hpp>

namespace device = loopingcall::device;
using device::Claim;
using device::ClaimKind;
using device::detail::ClaimPacing;
using loopingcall::Duration;
using loopingcall::TimePoint;
using namespace std::chrono_literals;

namespace {

const TimePoint start = TimePoint{} + 1h;
const std::vector<Claim> hidden{{ClaimKind::exclusive, {}, "/dev/sdb"}};
const std::vector<Claim> mounted{{ClaimKind::mount, "/mnt", "/dev/sdb"}};

/// Looks for as long as that, each refused.
int looks_within(Duration time) {
    ClaimPacing pacing;
    pacing.checked(hidden, start);
    int looks = 0;
    for (TimePoint now = *pacing.next(start); now < start + time; now = *pacing.next(now)) ++looks;
    return looks;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(claim_pacing)

BOOST_AUTO_TEST_CASE(a_device_without_a_claim_is_not_tried_between_checks) {
    ClaimPacing pacing;
    BOOST_TEST(!pacing.next(start));
    pacing.checked({}, start);
    BOOST_TEST(!pacing.next(start));
    pacing.checked(hidden, start);
    pacing.checked({}, start + 1s);
    BOOST_TEST(!pacing.next(start + 1s));
}

BOOST_AUTO_TEST_CASE(the_pauses_are_a_tenth_of_the_time_from_10_ms_to_1_s) {
    ClaimPacing pacing;
    pacing.checked(hidden, start);
    for (const auto& [passed, pause] : {std::pair<Duration, Duration>{0s, 10ms},
                                        {100ms, 10ms},
                                        {500ms, 50ms},
                                        {3s, 300ms},
                                        {10s, 1s},
                                        {1h, 1s}}) {
        BOOST_TEST((pacing.next(start + passed) == start + passed + pause));
    }
}

BOOST_AUTO_TEST_CASE(an_end_is_noticed_within_100_ms_and_a_tenth_of_the_time_it_took) {
    for (Duration took = 1ms; took < 60s; took += took / 7 + 1ms) {
        ClaimPacing pacing;
        pacing.checked(hidden, start);
        TimePoint now = start;
        while (now < start + took) now = *pacing.next(now);
        BOOST_TEST((now - (start + took) <= 100ms + took / 10));
    }
}

BOOST_AUTO_TEST_CASE(the_looks_of_an_hour_are_hardly_more_than_one_per_second) {
    BOOST_TEST(looks_within(10s) <= 65);
    BOOST_TEST(looks_within(1h) <= 3600 + 65);
}

BOOST_AUTO_TEST_CASE(other_claims_begin_again_and_the_same_ones_do_not) {
    ClaimPacing pacing;
    pacing.checked(mounted, start);
    pacing.checked(mounted, start + 5s);
    BOOST_TEST((pacing.next(start + 5s) == start + 5s + 500ms));
    pacing.checked(hidden, start + 6s);  // the mount has gone from the table
    BOOST_TEST((pacing.next(start + 6s) == start + 6s + 10ms));
}

BOOST_AUTO_TEST_CASE(if_an_opening_says_nothing_about_the_claims_it_is_not_tried_again) {
    ClaimPacing pacing;
    pacing.checked(mounted, start);
    pacing.granted();
    pacing.checked(mounted, start + 10ms);
    BOOST_TEST(!pacing.next(start + 10ms));
    pacing.checked(mounted, start + 1s);
    BOOST_TEST(!pacing.next(start + 1s));
    pacing.checked(hidden, start + 2s);
    BOOST_TEST(pacing.next(start + 2s).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
