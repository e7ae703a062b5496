// What stands behind a value, and sections and keys that are none of ours.
#include "config/loaded.hpp"

using namespace loopingcall::config;

namespace {

const OptionTable table{
    {.group = "g", .name = "yes", .type = BooleanType{}, .default_value = "1"},
    {.group = "g", .name = "n", .type = IntegerType{}, .default_value = "1"},
    {.group = "g", .name = "f", .type = FloatType{}, .default_value = "1"},
    {.group = "g", .name = "port", .type = PortType{}, .default_value = "1"},
    {.group = "g", .name = "wait", .type = DurationType{}, .default_value = "1"},
    {.group = "g", .name = "word", .type = ChoiceType{{"1"}}, .default_value = "1"},
    {.group = "g", .name = "items", .type = ListType{IntegerType{}}, .default_value = "1"},
    {.group = "g", .name = "many", .type = MultiType{IntegerType{}}},
    {.group = "g", .name = "short", .type = TextType{3}},
};

const OptionTable texts{
    {.group = "g", .name = "x", .type = TextType{}},
    {.group = "g", .name = "items", .type = ListType{}},
    {.group = "g", .name = "many", .type = MultiType{}},
    {.group = "g", .name = "key", .type = TextType{}, .secret = true},
};

const std::string own_line = "a comment needs a line of its own";

}  // namespace

BOOST_FIXTURE_TEST_SUITE(comments, test::Loaded)

BOOST_AUTO_TEST_CASE(a_value_of_any_type_with_a_comment_behind_it_is_refused_with_the_reason) {
    for (const Option& option : table) {
        for (const char* behind : {"  # yes", "\t; yes", " #", "#yes", ";"}) {
            const std::string told =
                problems(load(table, "[g]\n" + option.name + " = 1" + behind + "\n"));
            const bool is_short = option.name == "short" && std::string(behind).size() < 3;
            BOOST_TEST((is_short || told.find(own_line) != std::string::npos), told);
        }
        variables = {{"OS_G__" + option.name, "1 # x"}};  // no line of a file
        const Config config = Config::load(table, {.environment = environment()});
        BOOST_TEST(problems(config).find(own_line) == std::string::npos);
    }
    BOOST_TEST(problems(load(table, "[g]\nyes = \"1 # x\"\n")).find(own_line) == std::string::npos);
    BOOST_TEST(problems(load(table, "[g]\nyes = True  # x\n")) ==
               "a.conf:2:7: yes: invalid value \"True  # x\": expected true or false; " + own_line +
                   "\n");
}

BOOST_AUTO_TEST_CASE(a_text_with_a_comment_behind_it_has_a_warning) {
    for (const char* key : {"x", "items", "many"}) {
        const std::string told = problems(load(texts, "[g]\n" + std::string(key) + " = a # b\n"));
        BOOST_TEST(told.find("warning: " + std::string(key) + ": what follows #") !=
                   std::string::npos);
        BOOST_TEST(told.find(own_line) != std::string::npos);
    }
    for (const char* value : {"a#b", "#a", "a ; b", "\"a # b\""}) {
        BOOST_TEST(problems(load(texts, "[g]\nx = " + std::string(value) + "\n")) == "", value);
    }
    BOOST_TEST(problems(load(texts, "[g]\nkey = a # b\n")) == "");
}

BOOST_AUTO_TEST_CASE(of_many_wrong_lines_the_first_is_reported_first_and_the_rest_counted_last) {
    std::string lines;
    for (int i = 0; i < 120; ++i) lines += "line\n";
    const std::string told = problems(load(table, lines + "[g]\nn = x\n"));
    BOOST_TEST(told.starts_with("a.conf:1:1: "));
    BOOST_TEST(told.ends_with("a.conf: and 20 more lines are wrong; is this an ini file?\n"));
}

BOOST_AUTO_TEST_CASE(an_option_of_ours_in_default_and_a_misspelt_one_are_reported) {
    const auto told = [&](const std::string& key, bool strict) {
        const auto file = scratch.file("a.conf", "[DEFAULT]\n" + key + " = 1\n");
        const Config config =
            Config::load(table, {.files = {file}, .environment = {}, .strict = strict});
        BOOST_TEST(config.has_errors() == strict, key);
        return problems(config);
    };
    const std::string none = "there is no such option in [DEFAULT]";
    BOOST_TEST(told("port", false) ==
               "a.conf:2:1: warning: port: " + none + "; did you mean port of [g]?\n");
    BOOST_TEST(told("portt", false) ==
               "a.conf:2:1: warning: portt: " + none + "; did you mean port of [g]?\n");
    BOOST_TEST(told("port", true) == "a.conf:2:1: port: " + none + "; did you mean port of [g]?\n");
    BOOST_TEST(told("unlike_any", false) == "");  // of another program
    BOOST_TEST(told("unlike_any", true) == "a.conf:2:1: unlike_any: " + none + "\n");
    const OptionTable both{{.group = "DEFAULT", .name = "host", .type = TextType{}},
                           {.group = "g", .name = "port", .type = PortType{}}};
    BOOST_TEST(
        problems(load(both, "[DEFAULT]\nport = 1\nhostt = a\n[g]\nhost = b\n")) ==
        "a.conf:2:1: warning: port: " + none +
            "; did you mean port of [g]?\n"
            "a.conf:3:1: warning: hostt: " +
            none +
            "; did you mean host?\n"
            "a.conf:5:1: warning: host: there is no such option in [g]; did you mean host of "
            "[DEFAULT]?\n");
}

BOOST_AUTO_TEST_CASE(strict_reports_every_section_that_is_none_of_ours_also_an_empty_one) {
    const auto told = [&](const std::string& ini, bool strict) {
        const auto file = scratch.file("a.conf", ini);
        return problems(
            Config::load(table, {.files = {file}, .environment = {}, .strict = strict}));
    };
    BOOST_TEST(told("[ ]\nx = 1\n", false) == "a.conf:2:1: warning: x: there is no section [ ]\n");
    BOOST_TEST(told("[ ]\n", false) == "a.conf:1:1: warning: there is no section [ ]\n");
    BOOST_TEST(told("[\t ]\nx = 1\n", true) == "a.conf:2:1: x: there is no section [\\t ]\n");
    BOOST_TEST(told("[g]\n[other]\nx = 1\n", true) ==
               "a.conf:3:1: x: there is no section [other]\n");
    BOOST_TEST(told("[g]\n[other]\n", true) == "a.conf:2:1: there is no section [other]\n");
    BOOST_TEST(told("[g]\n[other]\n", false) == "");
    BOOST_TEST(told("[DEFAULT]\n[G]\n", true) == "");
}

BOOST_AUTO_TEST_SUITE_END()
