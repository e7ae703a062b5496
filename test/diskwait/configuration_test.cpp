// Where the options come from, as a user sees it.
#include <boost/json.hpp>
#include <csignal>

#include "program.hpp"

using namespace std::chrono_literals;

namespace {

struct Configuration : test::Program {
    std::filesystem::path conf = scratch.file("a.conf",
                                              "[disk_partitioner]\n"
                                              "check_device_interval = 3\n");

    /// With a home directory and an environment of its own.
    [[nodiscard]] test::Ended at_home(const std::string& arguments,
                                      const std::string& variables = "") const {
        return shell("env HOME='" + scratch.path().string() + "' " + variables +
                     " '" TEST_DISKWAIT "' " + arguments);
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(program_configuration, Configuration)

BOOST_AUTO_TEST_CASE(every_value_is_shown_with_its_source_and_the_values_it_overrides) {
    const auto shown = at_home("--show-config --config-file '" + conf.string() + "' -n 5",
                               "OS_DISK_PARTITIONER__CHECK_DEVICE_INTERVAL=2");
    BOOST_TEST(shown.exit_code == 0);
    BOOST_TEST(shown.err == "");
    BOOST_TEST(
        shown.out.starts_with("[disk_partitioner]\n"
                              "# environment OS_DISK_PARTITIONER__CHECK_DEVICE_INTERVAL; over " +
                              conf.string() +
                              ":2 (3)\ncheck_device_interval = 2s\n"
                              "# flag -n\ncheck_device_max_retries = 5\n"
                              "# default\ncheck_device_timeout = infinity\n"));

    // What is shown is a file that says the same.
    const auto again = scratch.file("again.conf", shown.out);
    const auto json = [&](const std::string& arguments) {
        return boost::json::parse(at_home("--show-config -o json " + arguments).out);
    };
    const auto first = json("--config-file '" + conf.string() + "' -n 5 -i 2");
    const auto second = json("--config-file '" + again.string() + "'");
    for (const auto& option : first.at("config").as_object()) {
        BOOST_TEST(option.value().at("value") == second.at("config").at(option.key()).at("value"));
    }
    const auto& interval = first.at("config").at("disk_partitioner.check_device_interval");
    BOOST_TEST(interval.at("source") == "flag");
    BOOST_TEST(interval.at("name") == "-i");
    BOOST_TEST(interval.at("value").to_number<double>() == 2.0);
    const auto& beaten = interval.at("overrides").at(0);
    BOOST_TEST(beaten.at("file").as_string().c_str() == conf.string());
    BOOST_TEST(beaten.at("line") == 2);
    BOOST_TEST(beaten.at("text") == "3");
}

BOOST_AUTO_TEST_CASE(a_configuration_is_checked_without_a_device) {
    const auto right = at_home("--check-config --config-file '" + conf.string() + "'");
    BOOST_TEST(right.exit_code == 0);
    BOOST_TEST(right.out == "the configuration is valid\n");
    const auto bad = scratch.file("bad.conf",
                                  "[disk_partitioner]\ncheck_device_interval = x\n"
                                  "check_device_retries = 2\n");
    const auto wrong = at_home("--check-config -n 0 --config-file '" + bad.string() + "'");
    BOOST_TEST(wrong.exit_code == 2);
    BOOST_TEST(wrong.out == "");
    for (const char* part : {"bad.conf:2:25: check_device_interval: invalid value \"x\"",
                             "bad.conf:3:1: warning: check_device_retries: there is no such option",
                             "-n: invalid value \"0\""}) {
        BOOST_TEST(wrong.err.find(part) != std::string::npos, part);
    }
    const auto json = boost::json::parse(
        at_home("--check-config -o json --config-file '" + bad.string() + "'").out);
    BOOST_TEST(json.at("result") == "config_error");
    BOOST_TEST(json.at("errors").at(0).at("code") == "not_duration");
}

BOOST_AUTO_TEST_CASE(default_files_are_found_at_home_and_can_be_switched_off) {
    std::filesystem::create_directories(scratch.path() / ".diskwait/diskwait.conf.d");
    (void)scratch.file(".diskwait/diskwait.conf",
                       "[disk_partitioner]\ncheck_device_interval = 7\n");
    (void)scratch.file(".diskwait/diskwait.conf.d/1.conf",
                       "[disk_partitioner]\ncheck_device_max_retries = 8\n");
    const auto shown = at_home("--show-config").out;
    BOOST_TEST(shown.find("check_device_interval = 7s") != std::string::npos);
    BOOST_TEST(shown.find("check_device_max_retries = 8") != std::string::npos);
    const auto off = at_home("--show-config --no-default-config").out;
    BOOST_TEST(off.find("check_device_interval = 1s") != std::string::npos);
    const auto named = at_home("--show-config --config-dir '" + scratch.path().string() + "'").out;
    BOOST_TEST(named.find("check_device_interval = 3s") != std::string::npos);
    BOOST_TEST(named.find("check_device_max_retries = 20") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_file_of_another_user_is_not_read_by_root_and_causes_a_warning) {
    if (::geteuid() != 0) return;
    const auto found =
        scratch.file("diskwait.conf", "[disk_partitioner]\ncheck_device_interval = 7\n");
    BOOST_TEST(::chown(found.c_str(), 65534, 65534) == 0);
    const auto shown = at_home("--show-config");
    BOOST_TEST(shown.exit_code == 0);
    BOOST_TEST(shown.out.find("check_device_interval = 1s") != std::string::npos);
    BOOST_TEST(shown.err.find("warning: is not read as root: it belongs to the user 65534") !=
               std::string::npos);
    const auto named = at_home("--show-config --config-file '" + found.string() + "'");
    BOOST_TEST(named.out.find("check_device_interval = 7s") != std::string::npos);
    BOOST_TEST(named.err == "");
}

BOOST_AUTO_TEST_CASE(no_escape_of_a_file_reaches_the_terminal) {
    const auto bad = scratch.file("\x1b[2J.conf",
                                  "[disk_partitioner]\ncheck_device_interval = \x1b[31mred\n"
                                  "\x1b[32mcheck_device_quiet = 1\nroot_helper = a\x1b[33m\n");
    for (const char* action : {"--check-config", "--show-config"}) {
        const auto ended = at_home(std::string(action) + " --config-file '" + bad.string() + "'");
        BOOST_TEST((ended.out + ended.err).find('\x1b') == std::string::npos);
        BOOST_TEST(ended.err.find("\\x1b[31mred") != std::string::npos, ended.err);
    }
}

BOOST_AUTO_TEST_CASE(what_reads_no_configuration_is_not_held_up_by_a_bad_one) {
    (void)scratch.file("diskwait.conf", "[disk_partitioner\n");
    for (const char* flag : {"--help", "--version", "--sample-config"}) {
        BOOST_TEST(at_home(flag).exit_code == 0, flag);
    }
    BOOST_TEST(at_home("--check-config").exit_code == 2);
}

BOOST_AUTO_TEST_CASE(an_interval_of_zero_means_without_a_pause_as_in_ironic) {
    const auto ended =
        shell("exec 9< '" + file.string() + "'; '" TEST_DISKWAIT "' --probe procfs -i 0 -n 3 '" +
              file.string() + "'");
    BOOST_TEST(ended.exit_code == 1);
    BOOST_TEST(ended.out.find("after 3 checks") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_hangup_makes_a_wait_read_its_files_again) {
    const auto seen = scratch.path() / "seen";
    const std::string wait_for =
        "until grep -q '%' '" + seen.string() + "'; do kill -0 $child || exit 99; done; ";
    const auto until_seen = [&](const std::string& text) {
        std::string script = wait_for;
        return script.replace(script.find('%'), 1, text);
    };
    (void)scratch.file("a.conf", "[disk_partitioner]\ncheck_device_interval = 1000\n");
    // A search for it holds the file, too, for a moment, whose end would be a reason to check.
    const auto ended = shell(
        "exec 9< '" + file.string() +
        "'; '" TEST_DISKWAIT "' -v --probe procfs --no-early-wake --config-file '" + conf.string() +
        "' '" + file.string() + "' 2> '" + seen.string() + "' & child=$!; " +
        until_seen("check 1 of 20") +
        "printf '[disk_partitioner]\\ncheck_device_interval = x\\n' > '" + conf.string() +
        "'; kill -HUP $child; " + until_seen("stay as they are") +
        "printf '[disk_partitioner]\\ncheck_device_interval = 10ms\\ncheck_device_max_retries = "
        "3\\n"
        "check_device_quiet = 5\\n' > '" +
        conf.string() + "'; kill -HUP $child; wait $child");
    const std::string told = test::read_file(seen);
    BOOST_TEST(ended.exit_code == 1);
    BOOST_TEST(ended.out.find("after 3 checks") != std::string::npos, ended.out);
    for (const char* part :
         {"a.conf:2:25: check_device_interval: invalid value \"x\"",
          "diskwait: disk_partitioner.check_device_interval: 1000s is now 10ms\n",
          "diskwait: disk_partitioner.check_device_quiet: 0s is now 5s, but takes effect "
          "only after a restart\n"}) {
        BOOST_TEST(told.find(part) != std::string::npos, told);
    }
}

BOOST_AUTO_TEST_SUITE_END()
