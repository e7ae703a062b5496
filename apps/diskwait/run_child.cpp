#include "run_child.hpp"

#include <fcntl.h>
#include <pthread.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <ctime>
#include <iostream>

namespace diskwait {

namespace {

/// Faults are a program's own; those of the terminal's output stop it rightly; SIGPIPE is an error
/// of writing.
constexpr int never_held[] = {SIGSEGV, SIGBUS,  SIGFPE,  SIGILL,  SIGTRAP,
                              SIGSYS,  SIGABRT, SIGPIPE, SIGTTIN, SIGTTOU};

[[noreturn]] void become(char* const* arguments, const loopingcall::process::SignalState& inherited,
                         pid_t parent, int report) {
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (::getppid() != parent) ::_exit(128 + SIGTERM);
    inherited.apply();
    ::execvp(arguments[0], arguments);
    const int error = errno;
    (void)!::write(report, &error, sizeof error);
    ::_exit(127);
}

int cannot_run(const std::string& program, int error) {
    std::cerr << "diskwait: cannot run " << program << ": " << std::strerror(error) << '\n';
    return error == ENOENT ? 127 : 126;
}

}  // namespace

HeldSignals::HeldSignals() {
    ::sigfillset(&held_);
    for (const int number : never_held) ::sigdelset(&held_, number);
    ::pthread_sigmask(SIG_BLOCK, &held_, &before_);
}

HeldSignals::~HeldSignals() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

/// What the terminal has sent may have come before there was a child, which then knows nothing of
/// it: so it is passed on, even if the child has got it, too.
void HeldSignals::pass_on_pending(pid_t child) {
    const timespec at_once{};
    for (;;) {
        siginfo_t info{};
        const int number = ::sigtimedwait(&held_, &info, &at_once);
        if (number < 0 && errno == EINTR) continue;
        if (number <= 0) return;
        if (number != SIGCHLD) ::kill(child, number);
    }
}

int HeldSignals::pass_on_until_end(pid_t child) {
    pass_on_pending(child);
    for (;;) {
        int status = 0;
        const pid_t ended = ::waitpid(child, &status, WNOHANG);
        if (ended == child) return status;
        if (ended < 0 && errno != EINTR) return 0;
        siginfo_t info{};
        const int number = ::sigwaitinfo(&held_, &info);
        if (number <= 0 || number == SIGCHLD) continue;
        // The terminal has sent it to the whole process group.
        const bool from_terminal = info.si_code == SI_KERNEL;
        if (!from_terminal) ::kill(child, number);
        if (number == SIGTSTP) ::raise(SIGSTOP);
    }
}

int run_child(const std::vector<std::string>& command,
              const loopingcall::process::SignalState& inherited, HeldSignals& signals) {
    std::vector<char*> arguments;
    for (const std::string& argument : command) {
        arguments.push_back(const_cast<char*>(argument.c_str()));  // NOLINT: execvp's old signature
    }
    arguments.push_back(nullptr);
    int report[2];
    if (::pipe2(report, O_CLOEXEC) != 0) return cannot_run(command.front(), errno);
    std::signal(SIGCHLD, SIG_DFL);  // ignored, it would take the status away
    const pid_t parent = ::getpid();
    const pid_t child = ::fork();
    if (child == 0) become(arguments.data(), inherited, parent, report[1]);
    const int fork_error = errno;
    ::close(report[1]);
    int error = child < 0 ? fork_error : 0;
    if (child > 0) {
        while (::read(report[0], &error, sizeof error) < 0 && errno == EINTR) continue;
    }
    ::close(report[0]);
    const int status = child > 0 ? signals.pass_on_until_end(child) : 0;
    if (error != 0) return cannot_run(command.front(), error);
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace diskwait
