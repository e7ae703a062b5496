#include <boost/test/unit_test.hpp>
#include <loopingcall/device/printable.hpp>

using loopingcall::device::printable;
using namespace std::string_literals;

BOOST_AUTO_TEST_SUITE(printable_names)

BOOST_AUTO_TEST_CASE(printable_utf8_stays_as_it_is) {
    BOOST_TEST(printable("/dev/disk/by-label/\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x92\xBE") ==
               "/dev/disk/by-label/\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x92\xBE");
}

BOOST_AUTO_TEST_CASE(what_a_terminal_would_act_upon_is_shown) {
    BOOST_TEST(printable("a\nb\tc\\d") == "a\\nb\\tc\\\\d");
    BOOST_TEST(printable("\x1b[2J\x7f\0"s) == "\\x1b[2J\\x7f\\x00");
    BOOST_TEST(printable("\xC2\x9B") == "\\xc2\\x9b");                   // a control of 8 bits
    BOOST_TEST(printable("\xE2\x80\xAE"s + "x") == "\\xe2\\x80\\xaex");  // turns the direction
}

BOOST_AUTO_TEST_CASE(bytes_that_are_not_utf8_are_shown_one_by_one) {
    BOOST_TEST(printable("\xFF") == "\\xff");
    BOOST_TEST(printable("\xC3") == "\\xc3");
    BOOST_TEST(printable("\xC3(") == "\\xc3(");
    BOOST_TEST(printable("\xC0\xAF") == "\\xc0\\xaf");  // too long a form
    BOOST_TEST(printable("\xE0\x80\xAF") == "\\xe0\\x80\\xaf");
    BOOST_TEST(printable("\xED\xA0\x80") == "\\xed\\xa0\\x80");  // half of a pair
    BOOST_TEST(printable("\xF4\x90\x80\x80") == "\\xf4\\x90\\x80\\x80");
}

BOOST_AUTO_TEST_CASE(different_names_stay_different) {
    BOOST_TEST(printable("\\x1b") != printable("\x1b"));
    BOOST_TEST(printable("\\n") != printable("\n"));
}

BOOST_AUTO_TEST_SUITE_END()
