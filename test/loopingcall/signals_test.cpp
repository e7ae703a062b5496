// Signals, process groups, and what is left of a call.
#include <unistd.h>

#include <csignal>

#include "repeating.hpp"

using namespace std::chrono_literals;

namespace {

struct Signalled : test::Repeating {
    /// Starts the program with an output that is full, and sends it SIGTERM again and again once
    /// COMMAND has ended.
    [[nodiscard]] test::Ended end_behind(const std::string& flags, const char* output) const {
        return script(
            "rm -f called; [ -e full ] || mkfifo full; exec 8<> full; dd if=/dev/zero of=full "
            "oflag=nonblock bs=4096 count=9999 2> /dev/null; '" TEST_LOOPINGCALL "' " +
            flags + " -n 1 -- sh -c 'echo out; touch called; exit 1' " + output +
            "> full & child=$!; until_is called; until [ -z \"$(cat "
            "/proc/$child/task/$child/children)\" ]; do sleep 0.01; done; for i in $(seq 500); do "
            "grep -q 'State:.Z' /proc/$child/status || kill -TERM $child || break; sleep 0.01; "
            "done "
            "2> /dev/null; kill -KILL $child 2> /dev/null; wait $child");
    }

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

BOOST_AUTO_TEST_CASE(a_signal_ends_it_where_its_output_is_not_read) {
    BOOST_TEST(end_behind("-q", "1").exit_code == 128 + SIGTERM);
    BOOST_TEST(end_behind("-q -o json", "1").exit_code == 128 + SIGTERM);
    BOOST_TEST(end_behind("-v", "2").exit_code == 128 + SIGTERM);
    BOOST_TEST(end_behind("--progress always", "2").exit_code == 128 + SIGTERM);
}

BOOST_AUTO_TEST_CASE(a_call_that_a_signal_ends_is_not_said_to_be_late) {
    const auto ended =
        script("'" TEST_LOOPINGCALL
               "' -v -- sh -c 'touch running; exec sleep 1000' & child=$!; until_is running; kill "
               "-TERM $child; wait $child");
    BOOST_TEST(ended.exit_code == 128 + SIGTERM);
    BOOST_TEST(ended.err.find("call 1 was ended by the signal") != std::string::npos, ended.err);
    BOOST_TEST(ended.err.find("too long") == std::string::npos, ended.err);
}

BOOST_AUTO_TEST_CASE(a_signal_for_the_user_is_passed_on_to_the_call) {
    for (const char* name : {"USR1", "USR2"}) {
        const std::string signal(name);
        const auto ended = script(
            "rm -f ready; '" TEST_LOOPINGCALL "' -n 1 -t 1m -- sh -c 'trap \"exit 7\" " + signal +
            "; touch ready; while :; do sleep 0.01; done' & child=$!; until_is ready; kill -" +
            signal + " $child; wait $child");
        BOOST_TEST(ended.exit_code == 7, name);
    }
    // Between two calls no child could receive it, and nothing happens.
    const auto paused = script(
        "'" TEST_LOOPINGCALL
        "' -i 1h -- sh -c 'touch called; exit 3' & child=$!; until_is called; until [ -z \"$(cat "
        "/proc/$child/task/$child/children)\" ]; do sleep 0.01; done; kill -USR1 $child; kill "
        "-TERM $child; wait $child");
    BOOST_TEST(paused.exit_code == 128 + SIGTERM);
}

BOOST_AUTO_TEST_CASE(under_nohup_a_hangup_ends_nothing) {
    const auto ended = script(
        "trap '' HUP; '" TEST_LOOPINGCALL
        "' -n 1 -t 1m -- sh -c 'trap \"exit 7\" USR1; touch ready; while :; do sleep 0.01; done' & "
        "child=$!; until_is ready; kill -HUP $child; kill -USR1 $child; wait $child");
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
    (void)scratch.file("family",
                       "for pid in $(cat pids); do kill -0 $pid 2> /dev/null && echo alive; done\n"
                       "[ $1 = look ] && exit\n"
                       "echo begin\n"
                       "(trap '' TERM; echo x >> ready; exec sleep 1000) & echo $! >> pids\n"
                       "until [ -s ready ]; do sleep 0.01; done; rm ready\n"
                       "[ $1 = fail ] && exit 1; wait\n");
    const std::string run = "> pids; loopingcall -q -n 2 -i 10ms --output-mode stream ";
    const std::string look = "; sh ../family look";
    const std::vector<std::string> rows{run + "--call-timeout 2 -- sh ../family wait" + look,
                                        run + "-- sh ../family fail" + look};
    const auto ended = scripts(rows);
    for (std::size_t i = 0; i < rows.size(); ++i) {
        BOOST_TEST(ended[i].out == "begin\nbegin\n", rows[i]);
    }
}

/// Root without CAP_KILL may not signal it; it might as well be in uninterruptible sleep.
BOOST_AUTO_TEST_CASE(a_command_that_cannot_be_killed_is_not_waited_for) {
    if (::geteuid() != 0) return;
    std::vector<std::string> rows;
    for (const char* flags : {"-n 1 --call-timeout 2", "-t 2", "-n 2 --call-timeout 2"}) {
        rows.push_back(
            "> pids; setpriv --bounding-set=-kill --inh-caps=-kill '" TEST_LOOPINGCALL
            "' -q -i 0 " +
            std::string(flags) +
            " -- sh -c 'echo $$ >> pids; exec setpriv --reuid 65534 --clear-groups sleep 1000'; "
            "code=$?; for pid in $(cat pids); do kill -KILL $pid || echo gone; done; exit $code");
    }
    const auto ended = scripts(rows);
    for (std::size_t i = 0; i < rows.size(); ++i) {
        BOOST_TEST(ended[i].exit_code == 124, rows[i]);
        BOOST_TEST(ended[i].out == "", rows[i]);
    }
}

BOOST_AUTO_TEST_CASE(a_stopped_family_is_continued_so_that_it_can_end) {
    const auto ended = script(
        "'" TEST_LOOPINGCALL
        "' -q -n 1 -- sh -c 'trap \"touch ended; exit 1\" TERM; echo $$ > pid; mv pid inner; kill "
        "-STOP $$; while :; do sleep 0.01; done' & child=$!; until_is inner; until grep -q "
        "'State:.T' /proc/$(cat inner)/status; do sleep 0.01; done; kill -TERM $child; wait "
        "$child; "
        "[ -e ended ]");
    BOOST_TEST(ended.exit_code == 0);
}

BOOST_AUTO_TEST_CASE(in_the_foreground_command_stays_in_our_group) {
    const std::string same = "sh -c '[ $(ps -o pgid= -p $$) = $(ps -o pgid= -p $PPID) ]'";
    BOOST_TEST(script("loopingcall -q -n 1 --foreground -- " + same).exit_code == 0);
    BOOST_TEST(script("loopingcall -q -n 1 -- " + same).exit_code == 1);
}

/// As `timeout --foreground`: script(1) is the terminal.
BOOST_AUTO_TEST_CASE(in_the_foreground_command_reads_from_the_terminal) {
    const auto ended = script(
        "{ until_is ready; echo word; until_is got; } | script -qec \"" TEST_LOOPINGCALL
        " -n 1 -t 1m --foreground -- sh -c 'touch ready; read a; echo got \\$a; touch got'\" "
        "/dev/null");
    BOOST_TEST(ended.out.find("got word") != std::string::npos, ended.out);
    BOOST_TEST(ended.exit_code == 0);
    // It would be stopped, without a reason that the user could see.
    const auto refused =
        script("script -qec \"" TEST_LOOPINGCALL " -t 1m --stdin once -- cat\" /dev/null");
    BOOST_TEST(refused.exit_code == 125);
    BOOST_TEST(refused.out.find("give --foreground") != std::string::npos, refused.out);
}

BOOST_AUTO_TEST_SUITE_END()
