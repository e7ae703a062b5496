// Keys, paths and values of files on their way to a terminal.
#include "config/printable.hpp"

#include <loopingcall/config/show.hpp>
#include <sstream>

#include "loaded.hpp"

using namespace loopingcall::config;
namespace detail = loopingcall::config::detail;

namespace {

bool has_control_character(const std::string& text) {
    return std::any_of(text.begin(), text.end(), [](char character) {
        return static_cast<unsigned char>(character) < 0x20 && character != '\n';
    });
}

const OptionTable table{
    {.group = "g", .name = "n", .type = IntegerType{}, .default_value = "1"},
    {.group = "g", .name = "x", .type = TextType{}, .is_mutable = true},
    {.group = "g", .name = "many", .type = MultiType{}},
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(printing, test::Loaded)

BOOST_AUTO_TEST_CASE(a_text_is_escaped_and_different_texts_stay_different) {
    const std::pair<std::string, std::string> texts[] = {
        {"plain \u00e9 \u4e2d", "plain \u00e9 \u4e2d"},
        {"a\\b", "a\\\\b"},
        {"a\nb\tc", "a\\nb\\tc"},
        {"\x1b[31m", "\\x1b[31m"},
        {"\r\b\x7f", "\\x0d\\x08\\x7f"},
        {"\u009b", "\\xc2\\x9b"},
        {"\u202e\u2066\u061c", "\\xe2\\x80\\xae\\xe2\\x81\\xa6\\xd8\\x9c"},
        {"\u2028", "\\xe2\\x80\\xa8"},
        {"\xff\xc3", "\\xff\\xc3"},
        {std::string("\0", 1), "\\x00"},
    };
    for (const auto& [text, expected] : texts) {
        BOOST_TEST(detail::printable(text) == expected);
        const bool is_harmless = text == expected || text == "a\\b" || text == "a\nb\tc";
        BOOST_TEST(detail::can_command_terminal(text) == !is_harmless, expected);
    }
}

BOOST_AUTO_TEST_CASE(no_problem_brings_an_escape_to_the_terminal_from_a_key_a_value_or_a_path) {
    (void)scratch.file("\x1b[2J.conf", "[g]\n\x1b[31mn = 1\nn = \x1b[32m\nx\x1b[0m\n");
    (void)scratch.file("b.conf", "[g\x1b[33m]\nx = 1\n[\x1b]\n[ \x1b[34mg]\nn = 2\n");
    variables = {{"OS_G__N", "\x1b[35m"}};
    for (const bool strict : {false, true}) {
        const Config config =
            Config::load(table, {.files = {scratch.path() / "\x1b[2J.conf",
                                           scratch.path() / "b.conf", scratch.path() / "\x1b[36m"},
                                 .environment = environment(),
                                 .strict = strict});
        BOOST_TEST(config.diagnostics().size() >= 4U);
        BOOST_TEST(!has_control_character(problems(config)), problems(config));
    }
}

BOOST_AUTO_TEST_CASE(what_is_shown_has_no_escapes_either) {
    const auto path = scratch.file("\x1b[2J.conf", "[g]\nx = \x1b[31mred\nmany = a\nmany = \x1b\n");
    const auto later = scratch.file("b.conf", "[g]\nx = b\x1b\n");
    std::ostringstream text;
    show(Config::load(table, {.files = {path, later}, .environment = {}}), text);
    BOOST_TEST(!has_control_character(text.str()), text.str());
    for (const char* part : {"#x = b\\x1b\n", "(\\x1b[31mred)", "\\x1b[2J.conf:2", "\nmany = a\n",
                             "#many = \\x1b\n"}) {
        BOOST_TEST(text.str().find(part) != std::string::npos, part);
    }
}

BOOST_AUTO_TEST_SUITE_END()
