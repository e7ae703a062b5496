// Hosts that take the status of our child away: it is then unknown, never invented.
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/sched.h>
#include <csignal>
#include <cstdlib>
#include <functional>

#include "process/children/family.hpp"
#include "process/run.hpp"

using namespace std::chrono_literals;
namespace process = loopingcall::process;
using process::errc;
using test::Running;

namespace {

/// A stranger with a pid that was used before: another child of the host. Only root may choose a
/// pid; -1 if that cannot be done.
pid_t stranger_with(
    pid_t pid, const std::function<void()>& work = [] {}) {
    clone_args arguments{};
    arguments.exit_signal = SIGCHLD;
    arguments.set_tid = reinterpret_cast<std::uintptr_t>(&pid);
    arguments.set_tid_size = 1;
    const auto child = static_cast<pid_t>(::syscall(SYS_clone3, &arguments, sizeof arguments));
    if (child == 0) {
        work();
        ::_exit(7);
    }
    return child;
}

/// struct pidfd_info of Linux 6.18.
struct PidfdInfo {
    std::uint64_t mask;
    std::uint64_t others[7];
};

/// Whether the kernel keeps the status of a child that other code has reaped, for the owner of a
/// pidfd of it: since Linux 6.15.
bool keeps_status() {
    if (std::getenv("TEST_WITHOUT_PIDFD") != nullptr) return false;
    constexpr std::uint64_t exit_known = 8;
    const pid_t child = ::fork();
    if (child == 0) ::_exit(0);
    const auto pidfd = static_cast<int>(::syscall(SYS_pidfd_open, child, 0));
    ::waitpid(child, nullptr, 0);
    PidfdInfo info{};
    info.mask = exit_known;
    const bool asked = pidfd >= 0 && ::ioctl(pidfd, _IOWR(0xFF, 11, PidfdInfo), &info) == 0;
    if (pidfd >= 0) ::close(pidfd);
    return asked && (info.mask & exit_known) != 0;
}

/// The error of a child that exited with `code` and was reaped by other code.
void check_reaped_elsewhere(const test::Ran& ran, int code) {
    if (keeps_status()) {
        BOOST_TEST(!ran.error);
        BOOST_TEST(ran.result.status.exited(code));
        return;
    }
    BOOST_TEST((ran.error == errc::status_unknown));
    BOOST_TEST(!ran.result.status.known());
    BOOST_TEST(ran.result.message.ends_with(": other code reaped the child"));
}

bool has_pidfd() {
    if (std::getenv("TEST_WITHOUT_PIDFD") != nullptr) return false;
    const auto pidfd = static_cast<int>(::syscall(SYS_pidfd_open, ::getpid(), 0));
    if (pidfd >= 0) ::close(pidfd);
    return pidfd >= 0;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(reaping, test::Children)

BOOST_AUTO_TEST_CASE(
    the_status_is_known_only_if_the_kernel_keeps_it_when_the_host_ignores_sigchld) {
    const auto previous = std::signal(SIGCHLD, SIG_IGN);  // the kernel reaps
    const auto ran = run({.argv = {"/bin/false"}});
    std::signal(SIGCHLD, previous);
    check_reaped_elsewhere(ran, 1);
}

BOOST_AUTO_TEST_CASE(
    the_status_is_known_only_if_the_kernel_keeps_it_when_the_host_reaps_every_child) {
    // It stops itself, so that it cannot have ended before the host's own waitpid().
    Running running({.argv = {"/bin/sh", "-c", "echo said; kill -STOP $$; exit 3"}});
    running.context.poll();  // started
    int status = 0;
    for (pid_t child = 0; (child = ::waitpid(-1, &status, WUNTRACED)) > 0;)
        if (WIFSTOPPED(status)) ::kill(child, SIGCONT);
    running.context.run();
    check_reaped_elsewhere(running.ran(), 3);
    BOOST_TEST(running.ran().result.standard_output == "said\n");
}

BOOST_AUTO_TEST_CASE(a_stranger_with_the_same_pid_is_neither_reaped_nor_signalled) {
    if (!has_pidfd()) {
        BOOST_TEST_MESSAGE(
            "skipped: only a pidfd distinguishes a child from a stranger with its pid");
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
    check_reaped_elsewhere(running.ran(), 0);
    int status = 0;
    BOOST_TEST(::waitpid(pid, &status, 0) == pid);
    BOOST_TEST(WEXITSTATUS(status) == 7);
}

// The number of a child and of its group belongs to another child of the host, with a group of its
// own.
BOOST_AUTO_TEST_CASE(a_stranger_that_leads_a_group_with_the_same_number_is_never_signalled) {
    const pid_t child = ::fork();
    if (child == 0) ::_exit(0);
    const auto pidfd = static_cast<int>(::syscall(SYS_pidfd_open, child, 0));
    BOOST_TEST(::waitpid(child, nullptr, 0) == child);
    process::detail::Family known{.pid = child, .pidfd = pidfd, .own_group = true};
    process::detail::Family reaped{.pid = child, .own_group = true, .is_reaped = true};
    const pid_t stranger = stranger_with(child, [] {
        ::setpgid(0, 0);
        for (;;) ::pause();
    });
    if (stranger == child) {
        BOOST_TEST(::setpgid(stranger, stranger) == 0);
        for (const auto& family : {known, reaped}) {
            if (family.pidfd < 0 && !family.is_reaped) continue;  // a kernel without pidfds
            family.signal(SIGKILL);
            BOOST_TEST(::waitpid(stranger, nullptr, WNOHANG) == 0);
            BOOST_TEST(!family.is_ours_to_reap());
        }
        ::kill(stranger, SIGKILL);
        siginfo_t info{};
        BOOST_TEST(::waitid(P_PID, static_cast<id_t>(stranger), &info, WEXITED | WNOWAIT) == 0);
        reaped.reap();
        reaped.reap_adopted();
        BOOST_TEST(::waitpid(stranger, nullptr, 0) == stranger);
    } else {
        BOOST_TEST_MESSAGE("skipped: this system does not let a pid be chosen");
    }
    if (pidfd >= 0) ::close(pidfd);
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
