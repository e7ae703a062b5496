#include <boost/test/unit_test.hpp>
#include <loopingcall/config/ini.hpp>

using namespace loopingcall::config;

namespace {

std::string errors_of(const std::string& text) {
    std::string lines;
    for (const Diagnostic& error : parse_ini(text, "a.conf").errors) {
        lines += to_string(error) + "\n";
    }
    return lines;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(ini)

BOOST_AUTO_TEST_CASE(keys_and_values_have_their_places) {
    const IniFile file = parse_ini("# c\n[g]\nkey =  value\n other\n", "a.conf");
    BOOST_REQUIRE(file.entries.size() == 1U);
    const IniEntry& entry = file.entries.front();
    BOOST_TEST(entry.value == "value\nother");
    BOOST_TEST(entry.key_location.line == 3U);
    BOOST_TEST(entry.key_location.column == 1U);
    BOOST_TEST(entry.value_location.line == 3U);
    BOOST_TEST(entry.value_location.column == 8U);
}

BOOST_AUTO_TEST_CASE(all_errors_of_a_file_are_told_each_with_its_place) {
    BOOST_TEST(errors_of("x = 1\n[\n[]\n[g]\nfoo\n = 5\n= 5\n  more\n") ==
               "a.conf:1:1: an assignment must stand below a [section]\n"
               "a.conf:2:1: a section must end with ] on its line, with nothing after it\n"
               "a.conf:3:1: a section needs a name between [ and ]\n"
               "a.conf:5:1: expected key = value, [section], or # comment\n"
               "a.conf:6:2: an indented line continues a value, and there is none here: begin it "
               "in the first column, or with # for a comment\n"
               "a.conf:7:1: there is no key before the =\n"
               "a.conf:8:3: an indented line continues a value, and there is none here: begin it "
               "in the first column, or with # for a comment\n");
}

BOOST_AUTO_TEST_CASE(bytes_that_are_no_text_are_told_by_line_and_column) {
    BOOST_TEST(errors_of("[g]\nx = \xE9\n") ==
               "a.conf:2:5: byte 0xe9 is not allowed here: the file must be UTF-8 without NUL\n");
    BOOST_TEST(errors_of(std::string("[g]\nx = a\0b\n", 12)).starts_with("a.conf:2:6: byte 0x00"));
    BOOST_TEST(errors_of("[g]\nx = \xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80\n").empty());
    for (const char* bad :
         {"\xC0\xAF", "\xE0\x80\xAF", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xC3"}) {
        BOOST_TEST(!errors_of(std::string("[g]\nx = ") + bad).empty());
    }
}

BOOST_AUTO_TEST_CASE(every_kind_of_line_end_ends_a_line) {
    for (const char* text :
         {"[g]\na = 1\nb = 2", "[g]\r\na = 1\r\nb = 2\r\n", "[g]\ra = 1\rb = 2\r"}) {
        const IniFile file = parse_ini(text, "a.conf");
        BOOST_TEST(file.errors.empty());
        BOOST_REQUIRE(file.entries.size() == 2U);
        BOOST_TEST(file.entries[1].value == "2");
        BOOST_TEST(file.entries[1].key_location.line == 3U);
    }
}

BOOST_AUTO_TEST_SUITE_END()
