#include <boost/program_options/variables_map.hpp>

#include "config/loaded.hpp"

using namespace loopingcall::config;
using namespace std::chrono_literals;
using std::chrono::nanoseconds;

namespace {

const OptionTable table{
    {.group = "disk_partitioner",
     .name = "check_device_interval",
     .type = DurationType{.minimum = 1ms},
     .default_value = "1",
     .help = "How often"},
    {.group = "disk_partitioner",
     .name = "check_device_max_retries",
     .type = IntegerType{.minimum = 1},
     .default_value = "20",
     .help = "How many times"},
};
const std::string interval = "disk_partitioner.check_device_interval";
const std::string retries = "disk_partitioner.check_device_max_retries";

}  // namespace

BOOST_FIXTURE_TEST_SUITE(config, test::Loaded)

BOOST_AUTO_TEST_CASE(without_a_source_every_option_has_its_default) {
    const Config loaded = Config::load(table, {});
    BOOST_TEST(loaded.get<nanoseconds>(interval).count() == nanoseconds(1s).count());
    BOOST_TEST(loaded.get<std::int64_t>(retries) == 20);
    BOOST_TEST(loaded.diagnostics().empty());
}

BOOST_AUTO_TEST_CASE(a_flag_beats_a_file_a_later_file_an_earlier_and_the_last_assignment_wins) {
    const auto first = scratch.file("1.conf",
                                    "[disk_partitioner]\ncheck_device_interval = 2\n"
                                    "check_device_max_retries = 3\n");
    const auto second = scratch.file("2.conf",
                                     "[Disk_Partitioner]\ncheck_device_interval: 4\n"
                                     "check-device-interval = 500ms\n");
    const Config files = Config::load(table, {.files = {first, second}});
    BOOST_TEST(files.get<nanoseconds>(interval).count() == nanoseconds(500ms).count());
    BOOST_TEST(files.get<std::int64_t>(retries) == 3);

    const Config flags = Config::load(
        table, {.files = {first, second}, .flags = {{retries, "-n", "7"}, {retries, "-n", "8"}}});
    BOOST_TEST(flags.get<std::int64_t>(retries) == 8);
    BOOST_TEST(problems(flags) ==
               "2.conf:3:25: warning: check-device-interval: is set again; line 2 has no effect\n");
}

BOOST_AUTO_TEST_CASE(all_problems_are_reported_together_each_with_its_place) {
    const auto file = scratch.file("a.conf",
                                   "[disk_partitioner]\n"
                                   "check_device_interval = soon\n"
                                   "check_device_max_retries =\n"
                                   "check_device_intervall = 2\n"
                                   "oops\n"
                                   "[disk_partitoner]\n"
                                   "x = 1\n"
                                   "[other_program]\n"
                                   "y = 1\n");
    const Config loaded =
        Config::load(table, {.files = {file, scratch.path() / "none.conf", scratch.path()},
                             .flags = {{retries, "--max-retries", "0"}}});
    BOOST_TEST(
        problems(loaded) ==
        "a.conf:2:25: check_device_interval: invalid value \"soon\": expected a duration of at "
        "least 1ms, in seconds or with a unit, such as 1, 0.5, 500ms, 2s or 1m\n"
        "a.conf:4:1: warning: check_device_intervall: there is no such option in "
        "[disk_partitioner]; did you mean check_device_interval?\n"
        "a.conf:5:1: expected key = value, [section], or # comment\n"
        "a.conf:7:1: warning: x: there is no section [disk_partitoner]; did you mean "
        "disk_partitioner?\n"
        "none.conf: cannot be opened: No such file or directory\n" +
            scratch.path().string() +
            ": is a directory, not a configuration file; give it with --config-dir\n"
            "--max-retries: invalid value \"0\": expected a whole number of at least 1\n");
    BOOST_TEST(loaded.has_errors());
    BOOST_TEST(loaded.get<std::int64_t>(retries) == 20);
}

BOOST_AUTO_TEST_CASE(strict_refuses_what_is_unknown) {
    const auto file = scratch.file("a.conf", "[other]\ny = 1\n[disk_partitioner]\nz = 1\n");
    const Config loose = Config::load(table, {.files = {file}});
    BOOST_TEST(!loose.has_errors());
    const Config strict = Config::load(table, {.files = {file}, .strict = true});
    BOOST_TEST(strict.has_errors());
    BOOST_TEST(strict.diagnostics().size() == 2U);
}

BOOST_AUTO_TEST_CASE(a_default_section_in_lower_case_is_not_the_default_section) {
    const auto file = scratch.file("a.conf", "[default]\ncheck_device_interval = 5\n");
    const Config loaded = Config::load(table, {.files = {file}});
    BOOST_TEST(loaded.get<nanoseconds>(interval).count() == nanoseconds(1s).count());
    const OptionTable of_default{{.group = "DEFAULT", .name = "x", .type = TextType{}}};
    BOOST_TEST(problems(load(of_default, "[default]\nx = 1\n")) ==
               "a.conf:2:1: warning: x: there is no section [default]; did you mean DEFAULT?\n");
}

BOOST_AUTO_TEST_CASE(a_section_with_blanks_or_a_hyphen_is_distinguished) {
    BOOST_TEST(problems(load(table, "[ disk_partitioner ]\nx = 1\n")) ==
               "a.conf:2:1: warning: x: there is no section [ disk_partitioner ]; did you mean "
               "[disk_partitioner]?\n");
    BOOST_TEST(problems(load(table, "[disk-partitioner]\nx = 1\n")) ==
               "a.conf:2:1: warning: x: there is no section [disk-partitioner]; did you mean "
               "disk_partitioner?\n");
    BOOST_TEST(problems(load(table, "[disk_partitioner]\n\u00A0x = 1\n")) ==
               "a.conf:2:1: warning: \u00A0x: there is no such option in [disk_partitioner]; it "
               "holds a no-break space (U+00A0)\n");
}

BOOST_AUTO_TEST_CASE(a_required_option_needs_a_value) {
    const OptionTable required{
        {.group = "g", .name = "x", .type = IntegerType{}, .required = true},
        {.group = "g", .name = "y", .type = TextType{}, .cli = false, .required = true}};
    BOOST_TEST(problems(load(required, "[g]\nx =\n")) ==
               "a.conf:2:4: x: needs a value: in a file, below [g], by --g-x or by OS_G__X\n"
               "g.y: needs a value: in a file, below [g] or by OS_G__Y\n");
    BOOST_TEST(problems(load(required, "[g]\nx = 1\ny =\n")) == "");
}

BOOST_AUTO_TEST_CASE(the_items_of_a_list_may_be_quoted_one_by_one) {
    const OptionTable list{{.group = "g", .name = "x", .type = ListType{}}};
    const auto items = [&](const std::string& text) {
        std::string all;
        for (const auto& item :
             load(list, "[g]\nx = " + text + "\n").get<std::vector<std::string>>("g.x")) {
            all += '<' + item + '>';
        }
        return all;
    };
    BOOST_TEST(items("\"a\", \"b\"") == "<a><b>");
    BOOST_TEST(items("\"a,b\"") == "<a><b>");          // as oslo
    BOOST_TEST(items("\"a\",b\"") == "<a\"><b>");      // as oslo
    BOOST_TEST(items("'a',\"b\"") == "<'a'><\"b\">");  // as oslo
}

BOOST_AUTO_TEST_CASE(all_values_are_available_as_a_variables_map) {
    const auto map = load(table, "[disk_partitioner]\ncheck_device_interval = 2\n").variables();
    BOOST_TEST((map[interval].as<nanoseconds>() == 2s));
    BOOST_TEST(!map[interval].defaulted());
    BOOST_TEST(map[retries].as<std::int64_t>() == 20);
    BOOST_TEST(map[retries].defaulted());
}

BOOST_AUTO_TEST_CASE(mistakes_of_the_program_are_exceptions) {
    const Config loaded = Config::load(table, {});
    BOOST_CHECK_THROW((void)loaded.get<std::int64_t>("no.such"), std::out_of_range);
    BOOST_CHECK_THROW((void)loaded.get<std::int64_t>(interval), std::bad_variant_access);
    const OptionTable bad{{.group = "g", .name = "x", .type = IntegerType{}, .default_value = "y"}};
    BOOST_CHECK_THROW((void)Config::load(bad, {}), std::invalid_argument);
    BOOST_CHECK_THROW((void)Config::load(table, {.overrides = {{"no.such", "1"}}}),
                      std::invalid_argument);
}

BOOST_AUTO_TEST_SUITE_END()
