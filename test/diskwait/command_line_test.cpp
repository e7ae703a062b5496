#include "program.hpp"

BOOST_FIXTURE_TEST_SUITE(program_command_line, test::Program)

BOOST_AUTO_TEST_CASE(values_out_of_range_exit_two_with_the_flag_the_value_and_the_valid_range) {
    const struct {
        std::vector<std::string> arguments;
        const char* message;
    } table[] = {
        {{"-i", "-1"}, "diskwait: -i: invalid value \"-1\": expected a duration of zero or more"},
        {{"-i", "soon"}, "diskwait: -i: invalid value \"soon\": expected a duration"},
        {{"-n", "0"}, "diskwait: -n: invalid value \"0\": expected a whole number of at least 1"},
        {{"--max-retries=1.5"}, "diskwait: --max-retries: invalid value \"1.5\""},
        {{"-t", "-1"}, "diskwait: -t: invalid value \"-1\": expected a duration"},
        {{"--probe-timeout", "0"}, "diskwait: --probe-timeout: invalid value \"0\""},
        {{"-o", "xml"}, "diskwait: --output: invalid value \"xml\": expected one of json, text"},
        {{"--intervall", "1"},
         "diskwait: --intervall: there is no such flag; did you mean "
         "--interval?"},
        {{"--probe", "lsfd"},
         "diskwait: --probe: invalid value \"lsfd\": expected one of fuser, lsof, procfs"},
        {{"-n"}, "diskwait: "},
    };
    for (const auto& [arguments, message] : table) {
        std::vector<std::string> all{file.string()};
        all.insert(all.end(), arguments.begin(), arguments.end());
        const auto ended = diskwait(all);
        BOOST_TEST_CONTEXT(arguments.front()) {
            BOOST_TEST(ended.exit_code == 2);
            BOOST_TEST(ended.out.empty());
            BOOST_TEST(ended.err.starts_with(message), ended.err);
        }
    }
    const auto none = diskwait({});
    BOOST_TEST(none.exit_code == 2);
    BOOST_TEST(none.err.starts_with("diskwait: no device is given"));
}

BOOST_AUTO_TEST_CASE(options_come_from_files_and_flags_beat_them) {
    const auto conf = scratch.file("a.conf",
                                   "[disk_partitioner]\ncheck_device_interval = 10ms\n"
                                   "check_device_max_retries = 3\n");
    const std::string held = "exec 9< '" + file.string() +
                             "'; '" TEST_DISKWAIT "' --config-file '" + conf.string() + "' '" +
                             file.string() + "'";
    BOOST_TEST(shell(held).out.find("after 3 checks") != std::string::npos);
    BOOST_TEST(
        shell(held + " --disk_partitioner-check_device_max_retries 2").out.find("after 2 checks") !=
        std::string::npos);
    BOOST_TEST(
        shell(held + " --disk-partitioner-check-device-max-retries=2").out.find("after 2 checks") !=
        std::string::npos);
}

BOOST_AUTO_TEST_CASE(problems_of_a_file_exit_two_with_their_place) {
    const auto conf = scratch.file("a.conf",
                                   "[disk_partitioner]\ncheck_device_interval = soon\n"
                                   "check_device_max_retries = 0\n");
    const auto ended = diskwait({"--config-file", conf.string(), file.string()});
    BOOST_TEST(ended.exit_code == 2);
    BOOST_TEST(
        ended.err.find(conf.string() + ":2:25: check_device_interval: invalid value \"soon\"") !=
        std::string::npos);
    BOOST_TEST(
        ended.err.find(conf.string() + ":3:28: check_device_max_retries: invalid value \"0\"") !=
        std::string::npos);
    const auto missing = diskwait({"--config-file", "/no/such.conf", file.string()});
    BOOST_TEST(missing.exit_code == 2);
    BOOST_TEST(missing.err.starts_with("diskwait: /no/such.conf: cannot be opened: No such file"));
}

BOOST_AUTO_TEST_CASE(unknown_keys_warn_and_strict_refuses_them) {
    const auto conf = scratch.file("a.conf", "[disk_partitioner]\ncheck_device_intervall = 1\n");
    const auto warned = diskwait({"--config-file", conf.string(), file.string()});
    BOOST_TEST(warned.exit_code == 0);
    BOOST_TEST(warned.err.find("did you mean check_device_interval?") != std::string::npos);
    BOOST_TEST(diskwait({"-q", "--config-file", conf.string(), file.string()}).err.empty());
    BOOST_TEST(diskwait({"--strict", "--config-file", conf.string(), file.string()}).exit_code ==
               2);
}

BOOST_AUTO_TEST_CASE(help_and_version_are_printed_whatever_the_other_flags) {
    const auto help = diskwait({"--help", "-n", "0"});
    BOOST_TEST(help.exit_code == 0);
    for (const char* part : {"Usage: diskwait", "-i [ --interval ]", "-n [ --max-retries ]",
                             "--disk_partitioner-check_device_interval", "Exit status:"}) {
        BOOST_TEST(help.out.find(part) != std::string::npos, part);
    }
    const auto version = diskwait({"-V"});
    BOOST_TEST(version.exit_code == 0);
    BOOST_TEST(version.out.starts_with("diskwait 0."));
}

BOOST_AUTO_TEST_SUITE_END()
