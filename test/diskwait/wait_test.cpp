#include <fcntl.h>
#include <unistd.h>

#include <sstream>
#include <string>
#include <tuple>

#include "program.hpp"

using namespace std::chrono_literals;

namespace {

/// A shell that holds a file open while diskwait runs, and what to call diskwait with.
std::string held(const std::filesystem::path& file, const std::string& arguments) {
    return "exec 9< '" + file.string() + "'; '" TEST_DISKWAIT "' " + arguments + " '" +
           file.string() + "'";
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(program_waits, test::Program)

BOOST_AUTO_TEST_CASE(a_free_file_exits_zero_after_one_check) {
    const auto ended = diskwait({file.string()});
    BOOST_TEST(ended.exit_code == 0);
    BOOST_TEST(ended.out.starts_with(file.string() + " is free"));
    BOOST_TEST(ended.out.find("after 1 check in") != std::string::npos);
    BOOST_TEST(ended.err.empty());
}

BOOST_AUTO_TEST_CASE(a_held_file_exits_one_after_exactly_so_many_checks_and_names_the_holder) {
    const auto ended = shell(held(file, "-i 200ms -n 4") + "; code=$?; echo pid=$$; exit $code");
    BOOST_TEST(ended.exit_code == 1);
    const std::string pid = ended.out.substr(ended.out.find("pid=") + 4);
    BOOST_TEST(ended.out.find("held by " + pid.substr(0, pid.find('\n')) + " (sh, ") !=
               std::string::npos);
    BOOST_TEST(ended.out.find("after 4 checks in") != std::string::npos);
    BOOST_TEST((ended.elapsed >= 600ms));  // three intervals: none after the last check
}

BOOST_AUTO_TEST_CASE(a_use_of_a_mount_point_that_the_command_takes_over_is_reported) {
    const std::string point = scratch.path().string();
    const auto umounts = [&](const std::string& begin, const std::string& end) {
        return shell("unshare -m sh -c 'mount -t tmpfs none " + point + " || exit 77; " + begin +
                     " exec '" TEST_DISKWAIT "' -t 0 " + point + " -- umount " + point + end + "'");
    };
    const auto plain = umounts("", "");
    if (plain.exit_code == 77 || plain.exit_code == 1) return;  // needs root
    BOOST_TEST(plain.exit_code == 0, plain.err);
    BOOST_TEST(plain.err.find("warning") == std::string::npos, plain.err);
    const std::tuple<std::string, std::string, std::string> rows[] = {
        {"cd " + point + ";", "", "the working directory of diskwait"},
        {"", " > " + point + "/log", "the descriptor 1 of diskwait"},
        {"", " 7<>" + point + "/log", "the descriptor 7 of diskwait"}};
    for (const auto& [begin, end, what] : rows) {
        const auto ended = umounts(begin, end);
        BOOST_TEST(
            ended.err.find("will be in use by COMMAND, which has " + what) != std::string::npos,
            ended.err);
        BOOST_TEST(ended.exit_code == 32, ended.err);  // umount: target is busy
    }
}

BOOST_AUTO_TEST_CASE(a_missing_device_exits_three_at_once) {
    const auto ended = diskwait({"/no/such/device", "-i", "60"});
    BOOST_TEST(ended.exit_code == 3);
    BOOST_TEST(ended.err.find("no such device") != std::string::npos);
    BOOST_TEST((ended.elapsed < 60s));
}

BOOST_AUTO_TEST_CASE(a_missing_fuser_exits_three_at_once_and_is_named) {
    const auto ended = shell("PATH=/no/such/directory; export PATH; '" TEST_DISKWAIT "' -i 60 '" +
                             file.string() + "'");
    BOOST_TEST(ended.exit_code == 3);
    BOOST_TEST(ended.err.find("cannot start fuser") != std::string::npos);
    BOOST_TEST((ended.elapsed < 60s));
}

BOOST_AUTO_TEST_CASE(a_fuser_that_cannot_be_killed_holds_nothing_up) {
    const auto tracer = scratch.path() / "tracer";
    const test::FakeFuser fake(scratch,
                               "exec '" TEST_HELPER "' withhold-end '" + tracer.string() + "'");
    const auto ended = diskwait({file.string(), "--probe-timeout", "1s"});
    BOOST_TEST(ended.exit_code == 3);
    BOOST_TEST(ended.err.find("it is still there after SIGKILL") != std::string::npos);
    BOOST_TEST(::kill(std::stoi(test::read_file(tracer)), SIGKILL) == 0);
}

BOOST_AUTO_TEST_CASE(a_fuser_that_never_ends_exits_three_and_is_gone) {
    const auto pid = scratch.path() / "pid";
    const test::FakeFuser fake(scratch, "echo $$ > '" + pid.string() + "'; exec sleep 1000");
    const auto ended = diskwait({file.string(), "--probe-timeout", "1s"});
    BOOST_TEST(ended.exit_code == 3);
    BOOST_TEST(ended.err.find("fuser did not end within 1000 ms") != std::string::npos);
    BOOST_TEST(::kill(std::stoi(test::read_file(pid)), 0) == -1);
}

BOOST_AUTO_TEST_CASE(a_fuser_killed_by_signal_one_exits_three_and_not_zero) {
    const test::FakeFuser fake(scratch, "kill -HUP $$");
    const auto ended = diskwait({file.string()});
    BOOST_TEST(ended.exit_code == 3);
    BOOST_TEST(ended.err.find("killed by signal 1 (SIGHUP)") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(strict_does_not_trust_partial_coverage) {
    const test::FakeFuser fake(
        scratch, "echo 'Cannot stat file /proc/1/fd/0: Permission denied' >&2; exit 1");
    BOOST_TEST(diskwait({file.string()}).exit_code == 0);
    BOOST_TEST(diskwait({file.string(), "--strict"}).exit_code == 3);
}

BOOST_AUTO_TEST_CASE(the_worst_of_several_devices_decides) {
    const auto ended = shell(held(file, "-n 1 /no/such/device '" + scratch.path().string() + "'"));
    BOOST_TEST(ended.exit_code == 1);
    std::istringstream lines(ended.out);
    std::string directory, busy, advice;
    std::getline(std::getline(std::getline(lines, directory), busy), advice);
    BOOST_TEST(busy.starts_with(file.string() + " is busy: held by "), ended.out);
    BOOST_TEST(advice.starts_with("advice: kill "), ended.out);
    BOOST_TEST(directory.starts_with(scratch.path().string() + " is free"), ended.out);
    BOOST_TEST(std::count(ended.out.begin(), ended.out.end(), '\n') == 3, ended.out);
    BOOST_TEST(ended.err.find("/no/such/device: state unknown") != std::string::npos, ended.err);
    BOOST_TEST(diskwait({"/no/such/device", file.string()}).exit_code == 3);
}

BOOST_AUTO_TEST_CASE(why_a_state_is_unknown_is_on_standard_error_and_json_on_standard_output) {
    const auto text = diskwait({"/no/such/device"});
    BOOST_TEST(text.out == "");
    BOOST_TEST(text.err.starts_with("/no/such/device: state unknown after 1 check in "), text.err);
    const auto quiet = diskwait({"-q", "/no/such/device"});
    BOOST_TEST(quiet.out + quiet.err == "");
    const auto json = diskwait({"-o", "json", "/no/such/device"});
    BOOST_TEST(boost::json::parse(json.out).at("result") == "unknown");
    BOOST_TEST(json.err == "");
    const auto command = diskwait({"/no/such/device", "--", "true"});
    BOOST_TEST(command.out == "");
    BOOST_TEST(command.err.find("no such device") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_timeout_of_zero_checks_once) {
    const auto ended = shell(held(file, "-i 60 -t 0"));
    BOOST_TEST(ended.exit_code == 1);
    BOOST_TEST(ended.out.find("after 1 check in") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_timeout_ends_the_wait) {
    const auto ended = shell(held(file, "-i 100ms -n 100000 -t 1s"));
    BOOST_TEST(ended.exit_code == 1);
    BOOST_TEST((ended.elapsed >= 1s));
}

BOOST_AUTO_TEST_CASE(a_command_is_run_once_the_device_is_free_and_not_otherwise) {
    const auto free = diskwait({file.string(), "--", "/bin/echo", "a b", "--", "-n"});
    BOOST_TEST(free.exit_code == 0);
    BOOST_TEST(free.out == "a b -- -n\n");  // its output alone: the result is on standard error
    BOOST_TEST(free.err.find("is free") != std::string::npos);

    const auto busy = shell(held(file, "-n 1") + " -- /bin/echo not reached");
    BOOST_TEST(busy.exit_code == 1);
    BOOST_TEST(busy.out.empty());

    BOOST_TEST(diskwait({file.string(), "--", "/bin/false"}).exit_code == 1);
    BOOST_TEST(diskwait({file.string(), "--", "/no/such/program"}).exit_code == 127);
    BOOST_TEST(diskwait({file.string(), "--", file.string()}).exit_code == 126);
}

BOOST_AUTO_TEST_CASE(quiet_prints_nothing_and_verbose_prints_each_check) {
    const auto quiet = diskwait({"-q", file.string()});
    BOOST_TEST(quiet.out.empty());
    BOOST_TEST(quiet.err.empty());
    const auto verbose = shell(held(file, "-v -i 10ms -n 2"));
    BOOST_TEST(verbose.err.find("; check 1 of 2") != std::string::npos);
    BOOST_TEST(verbose.err.find("; check 2 of 2") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
