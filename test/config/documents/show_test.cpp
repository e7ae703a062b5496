// What is shown of a configuration, and the sample.
#include <loopingcall/config/sample.hpp>
#include <loopingcall/config/show.hpp>
#include <sstream>

#include "config/ini/ini_text.hpp"
#include "config/loaded.hpp"

using namespace loopingcall::config;
namespace detail = loopingcall::config::detail;

namespace {

const OptionTable table{
    {.group = "agent",
     .name = "name",
     .type = TextType{.maximum_length = 20},
     .help = "who this is",
     .deprecated_names = {{.name = "title", .group = "old"}}},
    {.group = "agent",
     .name = "retries",
     .type = IntegerType{.minimum = 1, .maximum = 9},
     .default_value = "3",
     .help = "how often it is tried, a sentence that is long enough to be put into two lines",
     .is_mutable = true},
    {.group = "agent", .name = "key", .type = TextType{}, .default_value = "k", .secret = true},
    {.group = "log", .name = "level", .type = ChoiceType{{"low", "high"}}, .default_value = "low"},
    {.group = "log",
     .name = "to",
     .type = MultiType{},
     .default_value = "a\nb",
     .deprecated_for_removal = true,
     .deprecated_reason = "No use."},
};

std::string shown(const Config& config) {
    std::ostringstream text;
    show(config, text);
    return text.str();
}

std::string sample() {
    std::ostringstream text;
    write_sample(table, "agent", text);
    return text.str();
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(showing, test::Loaded)

BOOST_AUTO_TEST_CASE(each_value_stands_below_its_source_and_the_values_it_overrides) {
    const auto file = scratch.file("a.conf", "[agent]\nretries = 4\nkey = hunter1\n");
    variables = {{"OS_AGENT__RETRIES", "5"}, {"OS_AGENT__KEY", "hunter2"}};
    const Config config = Config::load(
        table,
        {.files = {file}, .environment = environment(), .flags = {{"agent.retries", "-r", "6"}}});
    BOOST_TEST(shown(config) ==
               "[agent]\n# none\n# name is not set\n"
               "# flag -r; over " +
                   file.string() +
                   ":2 (4); over environment OS_AGENT__RETRIES (5)\nretries = 6\n"
                   "# environment OS_AGENT__KEY; over " +
                   file.string() +
                   ":3 (****)\n#key = ****\n\n"
                   "[log]\n# default\nlevel = low\n# default\nto = a\nto = b\n");
}

BOOST_AUTO_TEST_CASE(what_is_shown_is_a_file_that_means_the_same) {
    const OptionTable texts{{.group = "g", .name = "x", .type = TextType{}},
                            {.group = "g", .name = "y", .type = MultiType{}}};
    for (const char* value : {"", "plain", "$x", "a$", "\"quoted\"", "'q", "\"", " blanks ", "\v",
                              "x\f", "#no", "; no", "[no]", "a\nb", "\"a\nb\"", "\"a\"\nb"}) {
        const std::string ini = "[g]\n" + detail::ini_assignment("x", value) + "\n";
        const Config again = load(texts, ini);
        BOOST_TEST(problems(again) == "", ini);
        BOOST_TEST(again.get<std::string>("g.x") == value, ini);
        BOOST_TEST(load(texts, shown(again)).get<std::string>("g.x") == value, ini);
    }
}

BOOST_AUTO_TEST_CASE(the_sample_has_the_shape_of_oslo_config_generator) {
    BOOST_TEST(sample() ==
               "[agent]\n\n#\n# From agent\n#\n\n"
               "# Who this is. (string value)\n# Maximum length: 20\n"
               "# Deprecated group/name - [old]/title\n# name is not set by default\n\n"
               "# How often it is tried, a sentence that is long enough to be put into two\n"
               "# lines. (integer value)\n# Minimum value: 1\n# Maximum value: 9\n"
               "# Note: This option can be changed without restarting.\n#retries = 3\n\n"
               "# (string value)\n#key = k\n\n"
               "[log]\n\n#\n# From agent\n#\n\n"
               "# (string value)\n# Possible values: low, high\n#level = low\n\n"
               "# (multi valued)\n# This option is deprecated for removal.\n"
               "# Its value may be ignored in the future.\n# Reason: No use.\n#to = a\n#to = b\n");
}

BOOST_AUTO_TEST_CASE(every_line_of_the_sample_uncommented_means_the_default) {
    std::istringstream lines(sample());
    std::string uncommented;
    for (std::string line; std::getline(lines, line);) {
        const bool is_option = line.size() > 1 && line[0] == '#' && line[1] != ' ';
        uncommented += (is_option ? line.substr(1) : line) + '\n';
    }
    const Config defaults = load(table, "");
    const Config all = load(table, uncommented);
    BOOST_TEST(!all.has_errors());
    for (const Option& option : table) {
        const std::string key = key_of(option);
        BOOST_TEST((all.setting(key).value == defaults.setting(key).value), key);
        const bool is_set = all.setting(key).origin.source == Source::file;
        BOOST_TEST(is_set == (option.default_value != no_default), key);
    }
}

BOOST_AUTO_TEST_SUITE_END()
