#include <boost/test/unit_test.hpp>
#include <loopingcall/config/config.hpp>

#include "support/scratch.hpp"

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

struct Files {
    test::Scratch scratch;

    std::string problems(const Config& config) const {
        std::string lines;
        for (const auto& problem : config.diagnostics()) lines += to_string(problem) + "\n";
        const std::string directory = scratch.path().string() + "/";
        for (auto at = lines.find(directory); at != std::string::npos; at = lines.find(directory)) {
            lines.erase(at, directory.size());
        }
        return lines;
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(config, Files)

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
    BOOST_TEST(flags.diagnostics().empty());
}

BOOST_AUTO_TEST_CASE(all_problems_are_told_at_once_each_with_its_place) {
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
        "a.conf:5:1: expected key = value, [section], or # comment\n"
        "a.conf:7:1: warning: x: there is no section [disk_partitoner]; did you mean "
        "disk_partitioner?\n"
        "a.conf:2:25: check_device_interval: \"soon\" is not accepted: expected a duration of at "
        "least 1ms, in seconds or with a unit, such as 1, 0.5, 500ms, 2s or 1m\n"
        "a.conf:3:27: check_device_max_retries: \"\" is not accepted: expected a whole number of "
        "at "
        "least 1\n"
        "a.conf:4:1: warning: check_device_intervall: there is no such option in "
        "[disk_partitioner]; did you mean check_device_interval?\n"
        "none.conf: cannot be opened: No such file or directory\n" +
            scratch.path().string() +
            ": is a directory, not a configuration file\n"
            "--max-retries: \"0\" is not accepted: expected a whole number of at least 1\n");
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
}

BOOST_AUTO_TEST_CASE(mistakes_of_the_program_are_exceptions) {
    const Config loaded = Config::load(table, {});
    BOOST_CHECK_THROW((void)loaded.get<std::int64_t>("no.such"), std::out_of_range);
    BOOST_CHECK_THROW((void)loaded.get<std::int64_t>(interval), std::bad_variant_access);
    const OptionTable bad{{.group = "g", .name = "x", .type = IntegerType{}, .default_value = "y"}};
    BOOST_CHECK_THROW((void)Config::load(bad, {}), std::invalid_argument);
}

BOOST_AUTO_TEST_SUITE_END()
