#include "device/wait/quiet_period.hpp"

#include <boost/test/unit_test.hpp>

using loopingcall::TimePoint;
using loopingcall::device::detail::QuietPeriod;
using namespace std::chrono_literals;

namespace {
const TimePoint start = TimePoint{} + 1h;
}

BOOST_AUTO_TEST_SUITE(quiet_period)

BOOST_AUTO_TEST_CASE(it_begins_with_the_first_check_that_finds_the_device_free) {
    QuietPeriod quiet(2s);
    BOOST_TEST(!quiet.running());
    quiet.found_free(start);
    quiet.found_free(start + 1s);
    BOOST_TEST(quiet.running());
    BOOST_TEST((quiet.left(start + 500ms) == 1500ms));
    BOOST_TEST((quiet.left(start + 2s) == 0s));
    BOOST_TEST(!quiet.restarted());
}

BOOST_AUTO_TEST_CASE(each_opening_makes_it_begin_again) {
    QuietPeriod quiet(2s);
    quiet.found_free(start);
    BOOST_TEST(quiet.opened(start + 1s));
    BOOST_TEST((quiet.left(start + 2s) == 1s));
    BOOST_TEST(quiet.opened(start + 2s));
    BOOST_TEST((quiet.left(start + 2s) == 2s));
    BOOST_TEST(quiet.restarted());
}

BOOST_AUTO_TEST_CASE(an_opening_counts_once_and_none_before_the_device_was_free) {
    QuietPeriod quiet(2s);
    BOOST_TEST(!quiet.opened(start));
    quiet.found_free(start + 1s);
    BOOST_TEST(!quiet.opened(start));
    BOOST_TEST(quiet.opened(start + 2s));
    BOOST_TEST(!quiet.opened(start + 2s));
    BOOST_TEST((quiet.left(start + 2s) == 2s));
}

BOOST_AUTO_TEST_CASE(a_device_in_use_ends_it) {
    QuietPeriod quiet(2s);
    quiet.found_free(start);
    (void)quiet.opened(start + 1s);
    quiet.in_use();
    BOOST_TEST(!quiet.running());
    BOOST_TEST(!quiet.restarted());
    quiet.found_free(start + 5s);
    BOOST_TEST((quiet.left(start + 5s) == 2s));
}

BOOST_AUTO_TEST_CASE(without_a_length_a_single_check_is_enough_whatever_was_opened) {
    QuietPeriod quiet(0s);
    quiet.found_free(start);
    BOOST_TEST(!quiet.opened(start + 1s));
    BOOST_TEST((quiet.left(start) <= 0s));
}

BOOST_AUTO_TEST_SUITE_END()
