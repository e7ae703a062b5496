#include "progress.hpp"

#include "program.hpp"

using namespace std::chrono_literals;
namespace device = loopingcall::device;

BOOST_FIXTURE_TEST_SUITE(program_progress, test::Program)

BOOST_AUTO_TEST_CASE(the_line_names_device_holder_check_and_time_left) {
    const device::Report report{
        .device = "/dev/sda",
        .state = device::State::busy,
        .holders = {{.pid = 12, .command = "dd"}, {.pid = 13, .command = "udevd"}}};
    const auto line_of = [&](std::uint64_t number, std::optional<loopingcall::Duration> left) {
        return diskwait::progress_line(diskwait::progress_of(
            {.report = report, .number = number, .max_retries = 20, .next = {}, .left = left}));
    };
    BOOST_TEST(line_of(3, 17s) ==
               "/dev/sda: busy, held by 12 dd, 13 udevd; check 3 of 20, at most 17 s left");
    BOOST_TEST(line_of(20, {}) == "/dev/sda: busy, held by 12 dd, 13 udevd; check 20 of 20");
}

BOOST_AUTO_TEST_CASE(several_devices_are_rows_with_columns_below_each_other) {
    const std::vector<diskwait::DeviceProgress> devices{
        {.device = "/dev/sda1",
         .state = device::State::busy,
         .details = "swap",
         .is_checked = true},
        {.device = "/dev/sda10", .state = device::State::free, .details = "", .is_checked = true},
        {.device = "/dev/disk/by-id/a-very-long-name"}};
    const auto rows = diskwait::progress_table(devices, 60);
    BOOST_TEST_REQUIRE(rows.size() == 3U);
    BOOST_TEST(rows[0].text == "/dev/sda1             busy     swap");
    BOOST_TEST(rows[1].text == "/dev/sda10            free     ");
    BOOST_TEST(rows[2].text == "/dev/disk/by-id/a-v…           ");
    BOOST_TEST((rows[0].mood == terminal::Mood::waiting));
    BOOST_TEST((rows[1].mood == terminal::Mood::good));
}

/// The last row of a screen stays empty: a newline there would scroll.
BOOST_AUTO_TEST_CASE(more_lines_than_the_screen_has_are_counted) {
    const std::vector<terminal::StatusLine> lines{{"1"}, {"2"}, {"3"}, {"4"}, {"5"}};
    const auto texts_on = [&](std::size_t rows) {
        std::string texts;
        for (const auto& line : terminal::fitted(lines, rows)) texts += line.text + ";";
        return texts;
    };
    BOOST_TEST(texts_on(6) == "1;2;3;4;5;");
    BOOST_TEST(texts_on(5) == "1;2;3;and 2 more;");
    BOOST_TEST(texts_on(2) == "and 5 more;");
    BOOST_TEST(texts_on(1) == "and 5 more;");
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
