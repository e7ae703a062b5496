// Configuration files that cannot be read for now: nothing is held up by them.
#include <sys/stat.h>

#include <csignal>

#include "program.hpp"

using namespace std::chrono_literals;

namespace {

struct Blocking : test::Program {
    std::filesystem::path fifo = scratch.path() / "fifo.conf";

    Blocking() { BOOST_REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0); }

    [[nodiscard]] std::string wait_for(const std::string& flags) const {
        return "'" TEST_DISKWAIT "' --probe procfs " + flags + " '" + file.string() + "'";
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(program_blocking_files, Blocking)

BOOST_AUTO_TEST_CASE(at_the_start_the_timeout_holds_by_flag_and_by_environment) {
    const std::string named = "--config-file '" + fifo.string() + "' ";
    const std::string in_dir = "--config-dir '" + scratch.path().string() + "' ";
    std::vector<std::string> commands;
    for (const std::string& files : {named, in_dir}) {
        for (const auto& [variables, flags] :
             {std::pair("", "-t 100ms"),
              {"", "-t 100ms --check-config"},
              {"", "-t 0 --probe-timeout 100ms"},
              {"OS_DISK_PARTITIONER__CHECK_DEVICE_TIMEOUT=100ms ", ""}}) {
            commands.push_back(variables + wait_for(files + flags));
        }
    }
    commands.push_back(wait_for(named + "-t 100ms -o json"));
    auto all = test::shells(commands);
    BOOST_TEST(boost::json::parse(all.back().out).at("result") == "config_error");
    all.pop_back();
    for (std::size_t i = 0; i < all.size(); ++i) {
        BOOST_TEST_CONTEXT(commands[i]) {
            BOOST_TEST(all[i].exit_code == 2);
            BOOST_TEST((all[i].elapsed < 60s));
            BOOST_TEST(all[i].err.find("were not read within this time") != std::string::npos);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_file_that_is_found_holds_nothing_up_either) {
    std::filesystem::rename(fifo, scratch.path() / "diskwait.conf");
    const auto ended = shell("HOME='" + scratch.path().string() + "' " + wait_for("-t 100ms"));
    BOOST_TEST(ended.exit_code == 2, ended.err);
}

BOOST_AUTO_TEST_CASE(at_the_start_a_signal_ends_it) {
    const auto ended = shell(wait_for("--config-file '" + fifo.string() + "'") +
                             " & child=$!; sleep 0.2; kill -TERM $child; wait $child");
    BOOST_TEST(ended.exit_code == 128 + SIGTERM);
}

BOOST_AUTO_TEST_CASE(a_fifo_that_is_written_to_is_read) {
    const auto ended =
        shell("printf '[disk_partitioner]\\ncheck_device_interval = 7\\n' > '" + fifo.string() +
              "' & " + wait_for("--show-config -t 1m --config-file '" + fifo.string() + "'"));
    BOOST_TEST(ended.out.find("check_device_interval = 7s") != std::string::npos, ended.err);
}

/// The file is replaced by a FIFO: the thread that reads it again is abandoned.
BOOST_AUTO_TEST_CASE(on_a_hangup_the_wait_goes_on_while_a_file_cannot_be_read) {
    const auto conf = scratch.file("a.conf", "[disk_partitioner]\ncheck_device_interval = 20ms\n");
    const auto seen = scratch.path() / "seen";
    // Each begins with a file of its own: HUP ends a program that has only just begun.
    const std::string begin =
        "rm -f '" + seen.string() + "'; exec 9< '" + file.string() + "'; " +
        wait_for("-v --no-early-wake -n 1000000 --config-file '" + conf.string() + "' %") +
        " 2> '" + seen.string() + "' & child=$!; until grep -qs 'check 1 of' '" + seen.string() +
        "'; do kill -0 $child || exit 99; done; rm '" + conf.string() + "'; mkfifo '" +
        conf.string() + "'; kill -HUP $child; kill -HUP $child; ";
    const auto script = [&](const std::string& flags, const std::string& then) {
        std::string text = begin;
        return text.replace(text.find('%'), 1, flags) + then;
    };
    const auto timed_out = shell(script("-t 1s", "wait $child"));
    BOOST_TEST(timed_out.exit_code == 1);
    BOOST_TEST((timed_out.elapsed < 60s));

    std::filesystem::remove(conf);
    (void)scratch.file("a.conf", "[disk_partitioner]\ncheck_device_interval = 20ms\n");
    const auto ended = shell(script("", "sleep 0.2; kill -TERM $child; wait $child"));
    BOOST_TEST(ended.exit_code == 128 + SIGTERM);

    // Once it can be read, it is.
    std::filesystem::remove(conf);
    (void)scratch.file("a.conf", "[disk_partitioner]\ncheck_device_interval = 20ms\n");
    const auto read = shell(script(
        "",
        "sleep 0.1; for i in 1 2 3; do printf '[disk_partitioner]\\ncheck_device_interval = "
        "30ms\\n' > '" +
            conf.string() + "'; done & writer=$!; until grep -q 'is now 30ms' '" + seen.string() +
            "'; do kill -0 $child || exit 99; done; kill -TERM $child; wait $child; code=$?; "
            "kill $writer 2> /dev/null; exit $code"));
    BOOST_TEST(read.exit_code == 128 + SIGTERM);
}

BOOST_AUTO_TEST_CASE(a_configuration_that_is_read_again_and_again_puts_no_check_off) {
    const auto conf = scratch.file(
        "a.conf",
        "[disk_partitioner]\ncheck_device_interval = 300ms\ncheck_device_max_retries = 3\n");
    const auto ended = shell("exec 9< '" + file.string() + "'; " +
                             wait_for("--no-early-wake --config-file '" + conf.string() + "'") +
                             " & child=$!; sleep 0.1; while kill -HUP $child 2> /dev/null; do "
                             "sleep 0.05; done; wait $child");
    BOOST_TEST(ended.exit_code == 1);
    BOOST_TEST(ended.out.find("after 3 checks") != std::string::npos, ended.out);
}

BOOST_AUTO_TEST_SUITE_END()
