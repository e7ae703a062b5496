#include "config/utf8.hpp"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <ostream>

using loopingcall::config::detail::first_bad_byte;

namespace {

struct Row {
    std::string_view text;
    long bad;  // -1: none

    friend std::ostream& operator<<(std::ostream& out, const Row& row) { return out << row.text; }
};

using namespace std::string_view_literals;

// Of bytes from 0x80 on, which are negative where char is signed.
const Row rows[] = {
    {"", -1},
    {"plain text", -1},
    {"\x7F", -1},
    {"gr\xC3\xBC\xC3\x9F", -1},
    {"\xE2\x82\xAC and \xF0\x9F\x92\xBE", -1},
    {"a\x80", 1},
    {"\xFF", 0},
    {"\xC3", 0},
    {"ab\xC0\x80", 2},
    {"\xED\xA0\x80", 0},
    {"\xF5\x80\x80\x80", 0},
    {"\xE0\x80\x80", 0},      // a longer encoding than needed
    {"\xF4\x90\x80\x80", 0},  // beyond Unicode
    {"\xE2\x82", 0},
    {"\xE2-\x82", 0},
    {"a\0b"sv, 1},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(utf8)

BOOST_DATA_TEST_CASE(the_first_byte_that_is_not_utf8_is_found, boost::unit_test::data::make(rows),
                     row) {
    const auto bad = first_bad_byte(row.text);
    BOOST_TEST((bad ? static_cast<long>(*bad) : -1) == row.bad);
}

BOOST_AUTO_TEST_SUITE_END()
