#include "device/proc/descriptor_info.hpp"

#include <boost/test/unit_test.hpp>
#include <string>

using namespace loopingcall::device::detail;

BOOST_AUTO_TEST_SUITE(descriptor_info)

BOOST_AUTO_TEST_CASE(the_flags_distinguish_a_descriptor_of_a_path_from_an_open_one) {
    BOOST_TEST(parse_descriptor_info("pos:\t0\nflags:\t012000000\nmnt_id:\t9\n").is_path_only);
    BOOST_TEST(!parse_descriptor_info("pos:\t0\nflags:\t0100002\nmnt_id:\t9\n").is_path_only);
    BOOST_TEST(!parse_descriptor_info("pos:\t0\nflags:\t02100003\n").is_path_only);
    for (const char* const text : {"", "flags:", "flags:\tx", "Flags:\t012000000\n"}) {
        BOOST_TEST(!parse_descriptor_info(text).is_path_only, text);
    }
}

BOOST_AUTO_TEST_CASE(only_the_first_flags_count) {
    BOOST_TEST(!parse_descriptor_info("flags:\t02\nflags:\t010000000\n").is_path_only);
}

BOOST_AUTO_TEST_CASE(a_bsd_lock_is_distinguished_from_others) {
    const std::string head = "pos:\t0\nflags:\t0100002\nmnt_id:\t9\nino:\t4\nlock:\t";
    BOOST_TEST(
        parse_descriptor_info(head + "1: FLOCK  ADVISORY  WRITE 1 00:06:4 0 EOF\n").has_flock);
    BOOST_TEST(parse_descriptor_info(head + "1: FLOCK  ADVISORY  READ 1 00:06:4 0 EOF").has_flock);
    BOOST_TEST(
        !parse_descriptor_info(head + "1: POSIX  ADVISORY  WRITE 1 00:06:4 0 EOF\n").has_flock);
    BOOST_TEST(
        !parse_descriptor_info(head + "1: OFDLCK ADVISORY  WRITE -1 00:06:4 0 EOF\n").has_flock);
    BOOST_TEST(
        !parse_descriptor_info(head + "1: LEASE  ACTIVE    READ 1 00:06:4 0 EOF\n").has_flock);
    BOOST_TEST(
        !parse_descriptor_info(head + "1: -> FLOCK  ADVISORY  WRITE 1 00:06:4 0 EOF").has_flock);
    BOOST_TEST(!parse_descriptor_info("name:\tlock:\t1: FLOCK\n").has_flock);
}

BOOST_AUTO_TEST_CASE(descriptors_on_their_way_are_counted) {
    BOOST_TEST(descriptors_in_flight("pos:\t0\nscm_fds: 2\n") == 2U);
    BOOST_TEST(descriptors_in_flight("pos:\t0\nscm_fds: 0\n") == 0U);
    BOOST_TEST(descriptors_in_flight("pos:\t0\n") == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
