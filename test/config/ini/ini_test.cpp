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
    BOOST_TEST(entry.line == 3U);
    BOOST_TEST(entry.key_column == 1U);
    BOOST_TEST(entry.value_column == 8U);
}

BOOST_AUTO_TEST_CASE(all_errors_of_a_file_are_reported_each_with_its_place) {
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

BOOST_AUTO_TEST_CASE(bytes_that_are_not_text_are_reported_by_line_and_column) {
    BOOST_TEST(errors_of("[g]\nx = \xE9\n") ==
               "a.conf:2:5: byte 0xe9 is not allowed here: the file must be UTF-8 without NUL\n");
    BOOST_TEST(errors_of(std::string("[g]\nx = a\0b\n", 12)).starts_with("a.conf:2:6: byte 0x00"));
    BOOST_TEST(errors_of("[g]\nx = \xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80\n").empty());
    for (const char* bad :
         {"\xC0\xAF", "\xE0\x80\xAF", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xC3"}) {
        BOOST_TEST(!errors_of(std::string("[g]\nx = ") + bad).empty());
    }
}

BOOST_AUTO_TEST_CASE(errors_are_named_as_their_kind) {
    const IniFile file = parse_ini("x = 1\n[\n[]\n[g]\nfoo\n = 5\n= 5\n\xFF\n", "a.conf");
    std::vector<std::string> codes;
    for (const Diagnostic& error : file.errors) codes.push_back(error.code);
    BOOST_TEST(codes == (std::vector<std::string>{"no_section", "bad_section", "empty_section",
                                                  "bad_assignment", "unexpected_continuation",
                                                  "empty_key", "bad_encoding"}),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_file_of_another_kind_is_not_reported_line_by_line) {
    std::string text;
    for (int i = 0; i < 1000; ++i) text += "this is prose\n";
    const IniFile file = parse_ini(text, "a.conf");
    BOOST_TEST(file.errors.size() == 101U);
    BOOST_TEST(to_string(file.errors.back()) ==
               "a.conf: and 900 more lines are wrong; is this an ini file?");
}

BOOST_AUTO_TEST_CASE(what_is_legal_and_hardly_meant_is_a_warning) {
    const auto warnings_of = [](const char* text) {
        std::string lines;
        for (const Diagnostic& warning : parse_ini(text, "a.conf").warnings) {
            lines += to_string(warning) + "\n";
        }
        return lines;
    };
    BOOST_TEST(warnings_of("[g] # [h]\n") ==
               "a.conf:1:1: warning: all up to the last ] is the name of the section; a comment "
               "needs a line of its own\n");
    for (const char* line : {"  y = 2", "  # comment", "\t; comment", "  [h]"}) {
        BOOST_TEST(warnings_of(("[g]\nx = 1\n" + std::string(line) + "\n").c_str())
                       .starts_with("a.conf:3:"),
                   line);
    }
    BOOST_TEST(warnings_of("[g]\nx = a,\n    b c == d\n    http://h/?q=1\n") == "");
}

BOOST_AUTO_TEST_CASE(which_quotes_were_taken_off_is_known) {
    const IniFile file = parse_ini("[g]\na = \"q\"\nb = 'q'\nc = q\nd = \"\n", "a.conf");
    std::string quotes;
    for (const IniEntry& entry : file.entries) quotes += entry.quote == '\0' ? '-' : entry.quote;
    BOOST_TEST(quotes == "\"'-\"");
}

BOOST_AUTO_TEST_CASE(every_kind_of_line_end_ends_a_line) {
    for (const char* text :
         {"[g]\na = 1\nb = 2", "[g]\r\na = 1\r\nb = 2\r\n", "[g]\ra = 1\rb = 2\r"}) {
        const IniFile file = parse_ini(text, "a.conf");
        BOOST_TEST(file.errors.empty());
        BOOST_REQUIRE(file.entries.size() == 2U);
        BOOST_TEST(file.entries[1].value == "2");
        BOOST_TEST(file.entries[1].line == 3U);
    }
}

BOOST_AUTO_TEST_SUITE_END()
