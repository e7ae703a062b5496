// No part of a secret is in any message, in what is shown, or in the changes of a reload.
#include <loopingcall/config/command_line.hpp>
#include <loopingcall/config/show.hpp>
#include <sstream>

#include "config/loaded.hpp"

using namespace loopingcall::config;

namespace {

const OptionTable table{
    {.group = "api", .name = "token", .type = TextType{16}, .secret = true, .is_mutable = true},
    {.group = "api", .name = "url", .type = TextType{}, .is_mutable = true},
    {.group = "api", .name = "port", .type = PortType{}, .default_value = "80", .is_mutable = true},
    {.group = "api", .name = "pin", .type = IntegerType{0, 9999}, .secret = true},
    {.group = "api", .name = "pins", .type = ListType{IntegerType{}}, .secret = true},
    {.group = "api", .name = "many", .type = MultiType{IntegerType{}}, .secret = true},
    {.group = "api",
     .name = "mode",
     .type = ChoiceType{{"a"}},
     .default_value = "a",
     .secret = true},
    {.group = "api", .name = "wait", .type = DurationType{}, .default_value = "1", .secret = true},
    {.group = "api", .name = "on", .type = BooleanType{}, .default_value = "1", .secret = true},
};

std::string all_of(const Config& config) {
    std::ostringstream text;
    for (const Diagnostic& problem : config.diagnostics()) {
        text << problem << '\n' << problem.key << problem.code << problem.message << '\n';
    }
    show(config, text);
    return text.str();
}

void must_not_leak(const std::string& text) {
    for (const char* part : {"hunter", "word"}) {
        BOOST_TEST(text.find(part) == std::string::npos, text);
    }
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(secrets, test::Loaded)

BOOST_AUTO_TEST_CASE(a_value_that_is_refused_is_not_printed_whatever_is_wrong_with_it) {
    for (const char* value :
         {"pa$hunter2word", "${hunter}", "$hunter.word", "${api.hunter}", "$DEFAULT.hunter", "$api",
          "$token", "hunter2$token", "hunter2 # word", "hunter2word-and-more-than-sixteen",
          "hunter2\n  $word", "\"hunter2$word\"", "hunter$$word$word"}) {
        for (const Option& option : table) {
            if (!option.secret) continue;
            const Config config = load(table, "[api]\n" + option.name + " = " + value + "\n");
            must_not_leak(all_of(config));
            const bool is_text = option.name == "token" || option.name == "pins";
            const bool is_right = is_text && !config.has_errors();
            BOOST_TEST((is_right || !config.diagnostics().empty()), option.name + value);
        }
    }
}

BOOST_AUTO_TEST_CASE(the_message_says_what_to_do) {
    const auto told = [&](const std::string& value) {
        return problems(load(table, "[api]\ntoken = " + value + "\n"));
    };
    const std::string no_option =
        "a.conf:2:9: token: its value has a dollar sign that no option name follows; write $$ for "
        "a "
        "dollar sign\n";
    BOOST_TEST(told("pa$hunter2word") == no_option);
    BOOST_TEST(told("pa${hunter.word}") == no_option);
    BOOST_TEST(told("$api") == no_option);
    BOOST_TEST(told("pa$token") == "a.conf:2:9: token: refers to itself, by way of a secret\n");
    BOOST_TEST(problems(load(table, "[api]\ntoken = a$port\nport = x\n")) ==
               "a.conf:2:9: token: its value refers to an option that has no proper value\n"
               "a.conf:3:8: port: invalid value \"x\": expected the number of a port, of at least "
               "0 up to 65535\n");
    BOOST_TEST(problems(load(table, "[api]\nurl = $token\ntoken = a$url\n")) ==
               "a.conf:2:7: url: refers to itself, by way of a secret\n"
               "a.conf:3:9: token: refers to itself, by way of a secret\n");
}

BOOST_AUTO_TEST_CASE(a_secret_is_not_printed_where_another_value_is_made_of_it) {
    const std::string ini =
        "[api]\ntoken = hunter2\nurl = http://agent:${token}@host/\nport = ${token}\n";
    Config config = load(table, ini);
    BOOST_TEST(config.get<std::string>("api.url") == "http://agent:hunter2@host/");
    must_not_leak(all_of(config));
    (void)scratch.file("a.conf", "[api]\ntoken = hunter3\nurl = ${token}x\n");
    const Reloaded reloaded = config.reload();
    BOOST_TEST(reloaded.changes.size() == 2U);
    for (const Change& change : reloaded.changes) must_not_leak(change.before + change.after);
}

BOOST_AUTO_TEST_CASE(a_secret_from_a_flag_or_the_environment_is_not_printed_either) {
    variables = {{"OS_API__PIN", "hunter2"}, {"OS_API__TOKEN", "a$hunter2"}};
    const auto line = parse_command_line({"--api-mode", "hunter2", "--api-on=hunter2",
                                          "--api-wait=hunter2", "--api-pinz=hunter2", "-xhunter2"},
                                         table, {});
    for (const Diagnostic& problem : line.errors) must_not_leak(to_string(problem));
    must_not_leak(
        all_of(Config::load(table, {.environment = environment(), .flags = line.options})));
    const auto wait =
        parse_command_line({"--api-mode", "hunter2", "--api-wait=hunter2"}, table, {});
    must_not_leak(
        all_of(Config::load(table, {.environment = environment(), .flags = wait.options})));
}

BOOST_AUTO_TEST_CASE(a_default_that_is_wrong_is_not_in_the_exception) {
    const OptionTable bad{{.group = "g",
                           .name = "pin",
                           .type = IntegerType{},
                           .default_value = "hunter2",
                           .secret = true}};
    BOOST_CHECK_EXCEPTION((void)Config::load(bad, {}), std::invalid_argument,
                          [](const std::invalid_argument& error) {
                              return std::string(error.what()).find("hunter") == std::string::npos;
                          });
}

BOOST_AUTO_TEST_SUITE_END()
