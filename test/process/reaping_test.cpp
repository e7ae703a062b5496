// Hosts that take the status of our child away: it is then unknown, never invented.
#include <sched.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/sched.h>
#include <csignal>
#include <cstdlib>

#include "run.hpp"

using namespace std::chrono_literals;
namespace process = loopingcall::process;
using process::errc;
using test::Running;

namespace {

/// A stranger with a pid that was used before: a child of the host that exits with 7 when told to.
/// Only root may choose a pid; -1 if that cannot be done.
pid_t stranger_with(pid_t pid) {
    clone_args arguments{};
    arguments.exit_signal = SIGCHLD;
    arguments.set_tid = reinterpret_cast<std::uintptr_t>(&pid);
    arguments.set_tid_size = 1;
    const auto child = static_cast<pid_t>(::syscall(SYS_clone3, &arguments, sizeof arguments));
    if (child == 0) ::_exit(7);
    return child;
}

bool has_pidfd() {
    if (std::getenv("TEST_WITHOUT_PIDFD") != nullptr) return false;
    const auto pidfd = static_cast<int>(::syscall(SYS_pidfd_open, ::getpid(), 0));
    if (pidfd >= 0) ::close(pidfd);
    return pidfd >= 0;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(reaping, test::Children)

BOOST_AUTO_TEST_CASE(a_host_that_ignores_sigchld_leaves_the_status_unknown) {
    const auto previous = std::signal(SIGCHLD, SIG_IGN);  // the kernel reaps
    const auto ran = run({.argv = {"/bin/false"}});
    std::signal(SIGCHLD, previous);
    BOOST_TEST((ran.error == errc::status_unknown));
    BOOST_TEST(!ran.result.status.known());
    BOOST_TEST(ran.result.message == "/bin/false: somebody else reaped the child");
}

BOOST_AUTO_TEST_CASE(a_host_that_reaps_every_child_leaves_the_status_unknown) {
    // It stops itself, so that it cannot have ended before the host's own waitpid().
    Running running({.argv = {"/bin/sh", "-c", "echo said; kill -STOP $$; exit 3"}},
                    {.check_exit_code = {0}});
    running.context.poll();  // started
    int status = 0;
    for (pid_t child = 0; (child = ::waitpid(-1, &status, WUNTRACED)) > 0;)
        if (WIFSTOPPED(status)) ::kill(child, SIGCONT);
    running.context.run();
    BOOST_TEST((running.ran().error == errc::status_unknown));
    BOOST_TEST(!running.ran().result.status.known());
    BOOST_TEST(running.ran().result.standard_output == "said\n");
}

BOOST_AUTO_TEST_CASE(a_stranger_with_the_same_pid_is_neither_reaped_nor_signalled) {
    if (!has_pidfd()) {
        BOOST_TEST_MESSAGE("skipped: only a pidfd tells a child from a stranger with its pid");
        return;
    }
    Running running({.argv = {"/bin/true"}}, {.timeout = 0ms});
    running.context.run_one();
    const pid_t pid = test::children().at(0);
    BOOST_TEST(::waitpid(-1, nullptr, 0) == pid);
    if (stranger_with(pid) != pid) {
        BOOST_TEST_MESSAGE("skipped: this system does not let a pid be chosen");
        running.context.run();
        return;
    }
    running.context.run();
    BOOST_TEST((running.ran().error == errc::status_unknown));
    int status = 0;
    BOOST_TEST(::waitpid(pid, &status, 0) == pid);
    BOOST_TEST(WEXITSTATUS(status) == 7);
}

BOOST_AUTO_TEST_CASE(a_stopped_child_has_not_ended) {
    Running running({.argv = {"/bin/sh", "-c", "kill -STOP $$; exit 4"}});
    running.context.poll();
    const pid_t pid = test::children().at(0);
    siginfo_t info{};
    BOOST_TEST(::waitid(P_PID, static_cast<id_t>(pid), &info, WSTOPPED | WNOWAIT) == 0);
    running.context.poll();
    BOOST_TEST(!running.completed());
    ::kill(pid, SIGCONT);
    running.context.run();
    BOOST_TEST(running.ran().result.status.exited(4));
}

BOOST_AUTO_TEST_SUITE_END()
