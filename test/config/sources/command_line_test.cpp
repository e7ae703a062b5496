#include <boost/program_options/value_semantic.hpp>
#include <boost/test/unit_test.hpp>
#include <loopingcall/config/command_line.hpp>
#include <sstream>

using namespace loopingcall::config;
namespace po = boost::program_options;

namespace {

const OptionTable table{
    {.group = "disk_partitioner",
     .name = "check_device_interval",
     .type = DurationType{},
     .default_value = "1",
     .help = "How often",
     .alias = "interval,i"},
    {.group = "other",
     .name = "limit",
     .type = IntegerType{},
     .default_value = "3",
     .help = "Limit"},
    {.group = "other",
     .name = "fast",
     .type = BooleanType{},
     .default_value = "false",
     .help = "Speed",
     .alias = "fast,f"},
    {.group = "DEFAULT", .name = "plain", .type = BooleanType{}},
    {.group = "other", .name = "hidden", .type = TextType{}, .cli = false},
};

CommandLine parse(std::vector<std::string> arguments) {
    po::options_description own;
    describe_file_flags(own);
    own.add_options()("quiet,q", "");
    return parse_command_line(std::move(arguments), table, own);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(command_line)

BOOST_AUTO_TEST_CASE(every_spelling_of_a_flag_sets_its_option) {
    for (const std::vector<std::string>& arguments : {
             std::vector<std::string>{"-i", "5"},
             {"-i5"},
             {"--interval", "5"},
             {"--interval=5"},
             {"--disk_partitioner-check_device_interval=5"},
             {"--disk-partitioner-check-device-interval", "5"},
             {"--disk_partitioner_check_device_interval", "5"},
         }) {
        BOOST_TEST_CONTEXT(arguments.front()) {
            const CommandLine line = parse(arguments);
            BOOST_TEST(line.errors.empty());
            BOOST_REQUIRE(line.options.size() == 1U);
            BOOST_TEST(line.options[0].key == "disk_partitioner.check_device_interval");
            BOOST_TEST(line.options[0].text == "5");
        }
    }
    BOOST_TEST(parse({"-i5"}).options[0].flag == "-i");
    BOOST_TEST(parse({"--interval=5"}).options[0].flag == "--interval");
}

BOOST_AUTO_TEST_CASE(a_negative_number_is_a_value_and_not_a_flag) {
    const CommandLine line = parse({"-i", "-1", "device"});
    BOOST_TEST(line.errors.empty());
    BOOST_TEST(line.options.at(0).text == "-1");
    BOOST_TEST(line.arguments == std::vector<std::string>{"device"},
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_boolean_is_set_by_its_flag_and_unset_by_the_opposite_as_in_oslo) {
    for (const auto& [flag, text] : {std::pair{"--other-fast", "true"},
                                     {"--other_fast", "true"},
                                     {"--other-nofast", "false"},
                                     {"--fast", "true"},
                                     {"--no-fast", "false"},
                                     {"-f", "true"}}) {
        const CommandLine line = parse({flag, "word"});
        BOOST_TEST(line.errors.empty(), flag);
        BOOST_TEST(line.options.at(0).key == "other.fast");
        BOOST_TEST(line.options.at(0).text == text, flag);
        BOOST_TEST(line.arguments.size() == 1U);
    }
    BOOST_TEST(parse({"--plain"}).options.at(0).key == "DEFAULT.plain");
    BOOST_TEST(parse({"--noplain"}).options.at(0).text == "false");
    BOOST_TEST(parse({"--fast=true"}).errors.size() == 1U);
}

BOOST_AUTO_TEST_CASE(an_option_that_is_not_for_the_command_line_has_no_flag) {
    BOOST_TEST(parse({"--other-hidden", "x"}).errors.size() == 1U);
}

BOOST_AUTO_TEST_CASE(files_and_directories_are_kept_in_the_order_given) {
    const CommandLine line = parse({"--config-dir", "d", "--config-file=a", "--config_file", "b"});
    BOOST_REQUIRE(line.files.size() == 3U);
    BOOST_TEST(line.files[0].path == "d");
    BOOST_TEST((line.files[0].kind == FileSource::Kind::directory));
    BOOST_TEST(line.files[2].path == "b");
}

BOOST_AUTO_TEST_CASE(own_flags_arguments_and_the_rest_are_kept_apart) {
    const CommandLine line = parse(
        {"a", "--config_file", "x", "-q", "b", "--config-file=y", "--", "run", "-i", "--", "z"});
    BOOST_TEST(line.errors.empty());
    BOOST_TEST(line.flags.count("quiet") == 1U);
    BOOST_TEST(line.flags["config-file"].as<std::vector<std::string>>() ==
                   (std::vector<std::string>{"x", "y"}),
               boost::test_tools::per_element());
    BOOST_TEST(line.arguments == (std::vector<std::string>{"a", "b"}),
               boost::test_tools::per_element());
    BOOST_TEST(line.rest == (std::vector<std::string>{"run", "-i", "--", "z"}),
               boost::test_tools::per_element());
    BOOST_TEST(line.options.empty());
}

BOOST_AUTO_TEST_CASE(unknown_flags_and_missing_values_are_errors_with_a_hint) {
    const CommandLine unknown = parse({"--intervall", "5"});
    BOOST_REQUIRE(unknown.errors.size() == 1U);
    BOOST_TEST(to_string(unknown.errors[0]) ==
               "--intervall: there is no such flag; did you mean --interval?");
    BOOST_TEST(parse({"--conf", "x"}).errors.size() == 1U);  // no guessing
    BOOST_TEST(parse({"-i"}).errors.size() == 1U);
    BOOST_TEST(parse({"--quiet=yes"}).errors.size() == 1U);
}

BOOST_AUTO_TEST_CASE(an_option_may_have_a_letter_alone_beside_its_name_as_in_oslo) {
    const OptionTable letters{
        {.group = "DEFAULT", .name = "debug", .type = BooleanType{}, .alias = ",d"},
        {.group = "g", .name = "level", .type = IntegerType{}, .help = "Level", .alias = ",l"}};
    const auto given = [&](std::vector<std::string> arguments) {
        const CommandLine line = parse_command_line(std::move(arguments), letters, {});
        BOOST_TEST(line.errors.empty());
        std::string all;
        for (const FlagValue& flag : line.options) {
            all += flag.key + ' ' + flag.flag + ' ' + flag.text + ';';
        }
        return all;
    };
    BOOST_TEST(given({"-d"}) == "DEFAULT.debug -d true;");
    BOOST_TEST(given({"--debug"}) == "DEFAULT.debug --debug true;");
    BOOST_TEST(given({"--nodebug"}) == "DEFAULT.debug --nodebug false;");
    BOOST_TEST(given({"-l", "5", "-dl6"}) ==
               "g.level -l 5;DEFAULT.debug --debug true;g.level -l 6;");
    BOOST_TEST(given({"-dl", "6"}) == "DEFAULT.debug --debug true;g.level -l 6;");
    BOOST_TEST(given({"-l", "1l"}) == "g.level -l 1l;");
    BOOST_TEST(given({"--g-level=7"}) == "g.level --g-level 7;");
    std::ostringstream help;
    help << all_flags(letters);
    BOOST_TEST(help.str().find("-l [ --g-level ] N") != std::string::npos, help.str());
    BOOST_TEST(help.str().find("the opposite: --nodebug") != std::string::npos, help.str());
}

BOOST_AUTO_TEST_CASE(the_help_describes_every_option_with_its_default) {
    po::options_description own;
    own.add_options()("help,h", "print this help");
    const po::options_description description = all_flags(table, own);
    std::ostringstream text;
    text << description;
    for (const char* part :
         {"-i [ --interval ] DURATION", "How often (default: 1)", "--other-limit",
          "Limit (default: 3)", "-f [ --fast ]", "(default: false); the opposite:", "--no-fast",
          "--noplain", "-h [ --help ]"}) {
        BOOST_TEST(text.str().find(part) != std::string::npos, part);
    }
    for (const char* part : {"--disk_partitioner", "hidden"}) {
        BOOST_TEST(text.str().find(part) == std::string::npos, part);
    }
}

BOOST_AUTO_TEST_SUITE_END()
