// Signals, process groups, and what is left of a call.
#include <csignal>

#include "repeating.hpp"

using namespace std::chrono_literals;

namespace {

struct Signalled : test::Repeating {
    /// Starts a command that has started another, sends a signal when both are there, and waits.
    [[nodiscard]] test::Ended send(const std::string& signal,
                                   const std::string& prepare = "") const {
        return script(
            prepare +
            " rm -f inner; '" TEST_LOOPINGCALL
            "' -t 1m -- sh -c 'sleep 1000 & echo $! > "
            "pid; mv pid inner; wait' & child=$!; until [ -s inner ]; do sleep 0.01; done; "
            "kill -" +
            signal +
            " $child; wait $child; code=$?; kill -0 $(cat inner) 2> "
            "/dev/null && echo alive; exit $code");
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(signals, Signalled)

BOOST_AUTO_TEST_CASE(each_signal_that_ends_ends_the_whole_family) {
    for (const auto& [name, number] :
         {std::pair("TERM", SIGTERM), {"INT", SIGINT}, {"HUP", SIGHUP}, {"QUIT", SIGQUIT}}) {
        const auto ended = send(name);
        BOOST_TEST(ended.exit_code == 128 + number, name);
        BOOST_TEST(ended.out == "", name);
        BOOST_TEST(
            ended.err.find("interrupted after 1 call; the last one was ended by the signal") !=
                std::string::npos,
            ended.err);
    }
}

BOOST_AUTO_TEST_CASE(a_signal_for_the_user_is_passed_on_to_the_call) {
    for (const char* name : {"USR1", "USR2"}) {
        const std::string signal(name);
        const auto ended = script(
            "rm -f ready; '" TEST_LOOPINGCALL "' -n 1 -t 1m -- sh -c 'trap \"exit 7\" " + signal +
            "; touch ready; while :; do sleep 0.01; done' & child=$!; until [ -e ready ]; do sleep "
            "0.01; done; kill -" +
            signal + " $child; wait $child");
        BOOST_TEST(ended.exit_code == 7, name);
    }
    // Between two calls there is nobody to have it, and nothing happens.
    const auto paused =
        script("'" TEST_LOOPINGCALL
               "' -i 300ms -n 2 -- sh -c 'touch called; exit 3' & child=$!; until [ -e "
               "called ]; do sleep 0.01; done; sleep 0.1; kill -USR1 $child; wait $child");
    BOOST_TEST(paused.exit_code == 3);
}

BOOST_AUTO_TEST_CASE(under_nohup_a_hangup_ends_nothing) {
    const auto ended = script(
        "trap '' HUP; '" TEST_LOOPINGCALL
        "' -n 1 -t 1m -- sh -c 'touch ready; until [ -e end ]; do "
        "sleep 0.01; done; exit 7' & child=$!; until [ -e ready ]; do sleep 0.01; done; kill -HUP "
        "$child; sleep 0.1; touch end; wait $child");
    BOOST_TEST(ended.exit_code == 7);
}

BOOST_AUTO_TEST_CASE(command_ignores_and_blocks_what_the_program_was_started_with) {
    for (const char* prepare : {"", "trap '' HUP;", "trap '' INT QUIT;", "trap '' TERM USR1;",
                                "trap '' PIPE;", "trap '' CHLD;"}) {
        for (const char* key : {"SigIgn", "SigBlk"}) {
            const std::string grep = "grep ^" + std::string(key) + " /proc/self/status";
            const auto here = script(std::string(prepare) + grep);
            const auto there = script(std::string(prepare) + "loopingcall -n 1 -- " + grep);
            BOOST_TEST(there.out == here.out, prepare);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_time_limit_ends_the_whole_family_and_calls_never_overlap) {
    const auto ended = script(
        "loopingcall -q -n 3 -i 10ms --call-timeout 0.2 -- sh -c 'echo begin >> log; (trap \"\" "
        "TERM; "
        "sleep 4; echo late >> log) & wait'; sleep 0.7; cat log");
    BOOST_TEST(ended.out == "begin\nbegin\nbegin\n");
    const auto failed = script(
        "rm log; loopingcall -q -n 2 -i 10ms -- sh -c 'echo begin >> log; (sleep 0.3; echo late >> "
        "log) & exit 1'; sleep 0.5; cat log");
    BOOST_TEST(failed.out == "begin\nbegin\n");
}

BOOST_AUTO_TEST_CASE(a_stopped_family_is_continued_so_that_it_can_end) {
    const auto ended = script(
        "loopingcall -q -n 1 --call-timeout 0.3 -- sh -c 'trap \"touch ended; exit 1\" TERM; kill "
        "-STOP $$; sleep 1000'; [ -e ended ]");
    BOOST_TEST(ended.exit_code == 0);
}

BOOST_AUTO_TEST_CASE(in_the_foreground_command_stays_in_our_group) {
    const std::string same = "sh -c '[ $(ps -o pgid= -p $$) = $(ps -o pgid= -p $PPID) ]'";
    BOOST_TEST(script("loopingcall -q -n 1 --foreground -- " + same).exit_code == 0);
    BOOST_TEST(script("loopingcall -q -n 1 -- " + same).exit_code == 1);
}

/// As `timeout --foreground`: script(1) is the terminal.
BOOST_AUTO_TEST_CASE(in_the_foreground_command_reads_from_the_terminal) {
    const auto ended =
        script("{ sleep 0.5; echo word; sleep 0.5; } | script -qec \"" TEST_LOOPINGCALL
               " -n 1 -t 10s --foreground -- sh -c 'read a; echo got \\$a'\" /dev/null");
    BOOST_TEST(ended.out.find("got word") != std::string::npos, ended.out);
    BOOST_TEST(ended.exit_code == 0);
}

BOOST_AUTO_TEST_SUITE_END()
