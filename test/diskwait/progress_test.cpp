#include "progress.hpp"

#include "program.hpp"

using namespace std::chrono_literals;
namespace device = loopingcall::device;

BOOST_FIXTURE_TEST_SUITE(program_progress, test::Program)

BOOST_AUTO_TEST_CASE(the_line_tells_device_holder_check_and_time_left) {
    const device::Report report{
        .device = "/dev/sda",
        .state = device::State::busy,
        .holders = {{.pid = 12, .command = "dd"}, {.pid = 13, .command = "udevd"}}};
    BOOST_TEST(diskwait::progress_line(
                   {.report = report, .number = 3, .max_retries = 20, .next = {}}, 1s) ==
               "/dev/sda: busy, held by 12 dd, 13 udevd; check 3 of 20, at most 17 s left");
    BOOST_TEST(diskwait::progress_line(
                   {.report = report, .number = 20, .max_retries = 20, .next = {}}, 1s) ==
               "/dev/sda: busy, held by 12 dd, 13 udevd; check 20 of 20");
}

// script(1) gives it a terminal.
BOOST_AUTO_TEST_CASE(it_is_shown_on_a_terminal_and_nowhere_else) {
    const std::string command =
        "exec 9< '" + file.string() + "'; '" TEST_DISKWAIT "' -n 2 -i 10ms '" + file.string() + "'";
    const auto terminal = run({"/usr/bin/env", "TERM=xterm", "/usr/bin/script", "-qec",
                               "sh -c \"" + command + "\"", "/dev/null"});
    BOOST_TEST(terminal.out.find("; check 1 of 2") != std::string::npos);
    BOOST_TEST(terminal.out.find("\r\x1b[K") != std::string::npos);

    const auto dumb = run({"/usr/bin/env", "TERM=dumb", "/usr/bin/script", "-qec",
                           "sh -c \"" + command + "\"", "/dev/null"});
    BOOST_TEST(dumb.out.find("; check 1 of 2") == std::string::npos);

    BOOST_TEST(shell(command).err.empty());
    BOOST_TEST(shell(command + " --progress always").err.find("; check 1 of 2") !=
               std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
