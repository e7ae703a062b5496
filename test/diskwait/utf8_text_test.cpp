#include "terminal/utf8_text.hpp"

#include <boost/test/unit_test.hpp>

using terminal::as_utf8;
using terminal::columns_of;
using terminal::fitted;

BOOST_AUTO_TEST_SUITE(utf8_text)

BOOST_AUTO_TEST_CASE(a_text_takes_the_columns_that_a_terminal_gives_it) {
    BOOST_TEST(columns_of("") == 0U);
    BOOST_TEST(columns_of("abc") == 3U);
    BOOST_TEST(columns_of("äöü") == 3U);
    BOOST_TEST(columns_of("磁盘") == 4U);       // wide
    BOOST_TEST(columns_of("e\xCC\x81") == 1U);  // with a combining accent
    BOOST_TEST(columns_of("\xFF\xFE") == 2U);   // no UTF-8
}

BOOST_AUTO_TEST_CASE(a_text_that_is_too_long_is_cut_between_characters) {
    BOOST_TEST(fitted("abc", 3) == "abc");
    BOOST_TEST(fitted("abcd", 3) == "ab…");
    BOOST_TEST(fitted("äöüß", 3) == "äö…");
    BOOST_TEST(fitted("磁盘忙", 4) == "磁…");  // half a character is none
    BOOST_TEST(fitted("磁盘", 4) == "磁盘");
    BOOST_TEST(fitted("e\xCC\x81xyz", 2) == "e\xCC\x81…");
    BOOST_TEST(fitted("abc", 1) == "…");
    BOOST_TEST(fitted("abc", 0).empty());
}

BOOST_AUTO_TEST_CASE(bytes_that_are_not_utf8_are_replaced_and_all_else_kept) {
    BOOST_TEST(as_utf8("a\n\xC3\xA4磁") == "a\n\xC3\xA4磁");
    BOOST_TEST(as_utf8("\xFFx\xC3") == "\xEF\xBF\xBDx\xEF\xBF\xBD");
    const std::string with_nul("a\0b", 3);
    BOOST_TEST(as_utf8(with_nul) == with_nul);
}

BOOST_AUTO_TEST_SUITE_END()
