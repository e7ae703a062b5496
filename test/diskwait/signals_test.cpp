// Signals around the end of a wait, and what COMMAND inherits of them.
#include <sys/wait.h>

#include <csignal>

#include "program.hpp"

namespace {

struct Signalled : test::Program {
    /// What `grep KEY /proc/self/status` says as COMMAND.
    [[nodiscard]] std::string status_in_command(const std::string& prepare,
                                                const std::string& key) const {
        const auto ended = shell(prepare + " exec '" TEST_DISKWAIT "' -q --probe procfs -n 1 '" +
                                 file.string() + "' -- grep '^" + key + "' /proc/self/status");
        BOOST_TEST(ended.exit_code == 0, ended.err);
        return ended.out;
    }

    static std::string status_here(const std::string& prepare, const std::string& key) {
        return shell(prepare + " exec grep '^" + key + "' /proc/self/status").out;
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(program_signals, Signalled)

BOOST_AUTO_TEST_CASE(command_ignores_what_was_ignored_and_nothing_else) {
    for (const char* prepare :
         {"", "trap '' HUP;", "trap '' INT;", "trap '' QUIT;", "trap '' TERM;", "trap '' PIPE;",
          "trap '' CHLD;", "trap '' USR1;", "trap '' HUP INT QUIT TERM CHLD USR2;"}) {
        BOOST_TEST(status_in_command(prepare, "SigIgn") == status_here(prepare, "SigIgn"), prepare);
    }
    BOOST_TEST(status_in_command("", "SigBlk") == status_here("", "SigBlk"));
}

/// A shell cannot block signals.
BOOST_AUTO_TEST_CASE(command_has_the_mask_that_was_given) {
    sigset_t mask{};
    ::sigaddset(&mask, SIGTERM);
    ::sigaddset(&mask, SIGUSR2);
    const auto status = scratch.path() / "status";
    const pid_t child = ::fork();
    if (child == 0) {
        (void)::sigprocmask(SIG_SETMASK, &mask, nullptr);
        (void)!::freopen(status.c_str(), "w", stdout);
        ::execl(TEST_DISKWAIT, TEST_DISKWAIT, "-q", "--probe", "procfs", "-n", "1", file.c_str(),
                "--", "grep", "^SigBlk", "/proc/self/status", nullptr);
        ::_exit(1);
    }
    int ended = -1;
    BOOST_TEST(::waitpid(child, &ended, 0) == child);
    BOOST_TEST(ended == 0);
    BOOST_TEST(test::read_file(status) == "SigBlk:\t0000000000004800\n");
}

BOOST_AUTO_TEST_CASE(no_signal_at_the_end_of_a_wait_is_lost) {
    // COMMAND begins as soon as it can, and stands for the moment after the last one.
    int of_diskwait = 0;
    int of_command = 0;
    for (const int number : {SIGTERM, SIGINT, SIGQUIT}) {
        for (int i = 0; i < 40; ++i) {
            const pid_t child = ::fork();
            if (child == 0) {
                ::execl(TEST_DISKWAIT, TEST_DISKWAIT, "-q", "--probe", "procfs", "-n", "1",
                        "--no-default-config", file.c_str(), "--", "/bin/sleep", "1000", nullptr);
                ::_exit(1);
            }
            ::usleep(static_cast<useconds_t>(500 * i));
            BOOST_TEST(::kill(child, number) == 0);
            int ended = 0;
            BOOST_TEST(::waitpid(child, &ended, 0) == child);
            const bool by_signal = WIFSIGNALED(ended) && WTERMSIG(ended) == number;
            const bool by_code = WIFEXITED(ended) && WEXITSTATUS(ended) == 128 + number;
            BOOST_TEST((by_signal || by_code), ended);
            (by_code ? of_diskwait : of_command) += 1;
        }
    }
    BOOST_TEST_MESSAGE(of_diskwait << " ended by us, " << of_command << " by the signal itself");
}

BOOST_AUTO_TEST_CASE(a_signal_ends_it_where_its_output_is_not_read) {
    for (const char* output : {"-o json 1", "1", "-v 2", "-q -- /bin/sh -c 'sleep 1000' 1"}) {
        const auto ended =
            shell("cd '" + scratch.path().string() +
                  "'; [ -e full ] || mkfifo full; exec 8<> full; dd if=/dev/zero of=full "
                  "oflag=nonblock bs=4096 count=9999 2> /dev/null; '" TEST_DISKWAIT
                  "' -n 1 --probe procfs disk " +
                  output +
                  "> full & child=$!; for i in $(seq 500); do grep -q 'State:.Z' "
                  "/proc/$child/status || kill -TERM $child || break; sleep 0.01; done 2> "
                  "/dev/null; kill -KILL $child 2> /dev/null; wait $child");
        BOOST_TEST(ended.exit_code == 128 + SIGTERM, output);
    }
}

BOOST_AUTO_TEST_CASE(what_the_parent_does_with_its_children_changes_nothing) {
    const std::string ignoring = "trap '' CHLD; ";
    for (const char* probe : {"fuser", "lsof", "procfs"}) {
        const std::string check =
            "'" TEST_DISKWAIT "' -n 1 --probe " + std::string(probe) + " '" + file.string() + "'";
        const auto ended = shell(ignoring + check);
        BOOST_TEST(ended.exit_code == 0, ended.out + ended.err);
    }
    const auto held = shell(ignoring + "exec 9< '" + file.string() +
                            "'; '" TEST_DISKWAIT "' -n 1 '" + file.string() + "'");
    BOOST_TEST(held.exit_code == 1, held.out + held.err);
    BOOST_TEST(shell(ignoring + "'" TEST_LOOPINGCALL "' -n 1 -- sh -c 'exit 7'").exit_code == 7);
    BOOST_TEST(shell(ignoring + "'" TEST_LOOPINGCALL "' -n 1 -- true").exit_code == 0);
}

BOOST_AUTO_TEST_SUITE_END()
