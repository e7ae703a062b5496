// What is tried again, how long after, and for how long.
#include <fcntl.h>
#include <unistd.h>

#include "repeating.hpp"

using namespace std::chrono_literals;

BOOST_FIXTURE_TEST_SUITE(retry, test::Repeating)

BOOST_AUTO_TEST_CASE(only_some_exit_statuses_are_tried_again) {
    const auto calls = [&](const std::string& flags, int code) {
        std::filesystem::remove(scratch.path() / "log");
        const auto ended = script("loopingcall -q -i 0 -n 3 " + flags +
                                  " -- sh -c 'echo x >> log; exit " + std::to_string(code) + "'");
        BOOST_TEST(ended.exit_code == code);
        return text_of("log").size() / 2;
    };
    BOOST_TEST(calls("", 1) == 3U);
    BOOST_TEST(calls("", 126) == 1U);
    BOOST_TEST(calls("", 127) == 1U);
    BOOST_TEST(calls("--stop-on ''", 127) == 3U);
    BOOST_TEST(calls("--stop-on 3-5", 4) == 1U);
    BOOST_TEST(calls("--stop-on 3-5", 6) == 3U);
    BOOST_TEST(calls("--retry-on 7,9", 9) == 3U);
    BOOST_TEST(calls("--retry-on 7,9", 8) == 1U);
    BOOST_TEST(calls("--retry-on 127", 127) == 3U);
    BOOST_TEST(calls("--retry-on 127", 0) == 1U);
}

BOOST_AUTO_TEST_CASE(a_signal_and_a_time_limit_have_exit_statuses_too) {
    const auto killed =
        script("loopingcall -q -i 0 -n 3 --stop-on 137 -- sh -c 'echo x >> log; kill -KILL $$'");
    BOOST_TEST(killed.exit_code == 137);
    BOOST_TEST(text_of("log") == "x\n");
    const auto late = script(
        "loopingcall -q -i 0 -n 3 --stop-on 124 --call-timeout 2 -- sh -c 'echo x >> late; sleep "
        "1000'");
    BOOST_TEST(late.exit_code == 124);
    BOOST_TEST(text_of("late") == "x\n");
}

BOOST_AUTO_TEST_CASE(lists_that_are_wrong_or_contradict_each_other_are_refused) {
    for (const char* flags : {"--stop-on x", "--retry-on 256", "--stop-on 5-3", "--retry-on 1,",
                              "--retry-on 3-5 --stop-on 5"}) {
        const auto ended = script("loopingcall " + std::string(flags) + " -- touch begun");
        BOOST_TEST(ended.exit_code == 125);
        BOOST_TEST(ended.err.starts_with("loopingcall: --"), ended.err);
        BOOST_TEST(!std::filesystem::exists(scratch.path() / "begun"));
    }
}

/// A program that is still being written may be started later.
BOOST_AUTO_TEST_CASE(a_start_error_that_passes_counts_as_a_failed_call) {
    const auto program = scratch.path() / "program";
    std::filesystem::copy_file("/bin/true", program);
    const int writer = ::open(program.c_str(), O_WRONLY | O_CLOEXEC);
    const auto busy = loopingcall({"-i", "0", "-n", "2", "--", program.string()});
    BOOST_TEST(busy.exit_code == 125);
    BOOST_TEST(busy.err.find("exhausted after 2 calls") != std::string::npos, busy.err);
    ::close(writer);
    BOOST_TEST(loopingcall({"-n", "1", "--", program.string()}).exit_code == 0);
    const auto later = script("exec 9>> program; '" TEST_LOOPINGCALL
                              "' -v -i 10ms -t 1m -- ./program 9>&- 2> said & child=$!; until grep "
                              "-q 'call 2' said; do sleep 0.01; done; exec 9>&-; wait $child");
    BOOST_TEST(later.exit_code == 0);
}

BOOST_AUTO_TEST_CASE(a_script_without_an_interpreter_is_run_by_the_shell) {
    (void)scratch.script("program", "");
    (void)scratch.file("program", "exit 7\n");
    BOOST_TEST(script("loopingcall -q -n 1 -- ./program").exit_code == 7);
}

BOOST_AUTO_TEST_CASE(back_off_begins_with_the_interval_and_ends_at_the_longest_delay) {
    const auto doubled = loopingcall({"-q", "--backoff", "-i", "20ms", "-n", "4", "--", "false"});
    BOOST_TEST((doubled.elapsed >= 140ms));  // 20 + 40 + 80
    const auto ended = scripts(
        {"loopingcall -q --backoff -i 100ms --max-delay 150ms -n 4 -- sh -c 'date +%s%N >> log; "
         "exit 1'; awk 'NR > 1 {delay = ($1 - before) / 1000000; print (delay >= 99)} {before = "
         "$1}' log",
         // The interval is longer than the longest delay would be by default: it holds.
         "loopingcall -q --backoff -i 90s -t 3s -- sh -c 'echo x >> calls; exit 1'"});
    BOOST_TEST(ended.at(0).out == "1\n1\n1\n");
    BOOST_TEST(ended.at(1).exit_code == 124);
    BOOST_TEST(text_of("1/calls") == "x\n");
    const auto refused = script("loopingcall --backoff -i 2 --max-delay 1 -- true");
    BOOST_TEST(refused.exit_code == 125);
    BOOST_TEST(refused.err.find("--max-delay: 1s is shorter than the first delay") !=
               std::string::npos);
}

BOOST_AUTO_TEST_CASE(an_interval_of_zero_means_without_a_pause_and_a_timeout_of_zero_one_call) {
    const auto no_pause = script("loopingcall -q -i 0 -n 20 -- sh -c 'echo x >> log; exit 3'");
    BOOST_TEST(no_pause.exit_code == 3);
    BOOST_TEST(text_of("log").size() == 40U);
    const auto backoff = script("loopingcall -q --backoff -i 0 -n 5 -- false");
    BOOST_TEST(backoff.exit_code == 1);
    const auto once = script("loopingcall -t 0 -- sh -c 'echo x >> once; sleep 0.1; exit 3'");
    BOOST_TEST(once.exit_code == 3);
    BOOST_TEST(text_of("once") == "x\n");
    BOOST_TEST(script("loopingcall -t 0 -n 5 -- true").exit_code == 0);
}

BOOST_AUTO_TEST_CASE(durations_have_days_minutes_and_blanks) {
    for (const char* text : {"1d", "1h30m", "10min", "'2 s'", "'1h 30m'"}) {
        BOOST_TEST(script("loopingcall -t " + std::string(text) + " -- true").exit_code == 0, text);
    }
    const auto large = script("loopingcall -t 99999999999d -- true");
    BOOST_TEST(large.exit_code == 125);
    BOOST_TEST(large.err.find("is too large") != std::string::npos);
    BOOST_TEST(large.err.find("at least") == std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
