#include "config/nearest.hpp"

#include <boost/test/unit_test.hpp>

using loopingcall::config::detail::nearest;

BOOST_AUTO_TEST_SUITE(nearest_name)

BOOST_AUTO_TEST_CASE(a_misspelling_finds_its_name_and_a_stranger_none) {
    const std::vector<std::string> names{"check_device_interval", "check_device_max_retries"};
    BOOST_TEST(nearest("check_device_intervall", names) == "check_device_interval");
    BOOST_TEST(nearest("Check-Device-Interval", names) == "check_device_interval");
    BOOST_TEST(nearest("check_device_retries", names) == "check_device_max_retries");
    BOOST_TEST(nearest("log_file", names).empty());
    BOOST_TEST(nearest("", names).empty());
    BOOST_TEST(nearest(std::string(100'000, 'c'), names).empty());
}

BOOST_AUTO_TEST_SUITE_END()
