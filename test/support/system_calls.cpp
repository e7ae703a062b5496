#include "support/system_calls.hpp"

#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>
#include <csignal>

namespace test {

namespace {

[[noreturn]] void work_traced(const std::function<void()>& work) {
    if (::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) != 0) ::_exit(1);
    ::raise(SIGSTOP);
    work();
    ::_exit(0);
}

}  // namespace

// The tracee stops twice for each call, before and after; exit_group is not counted.
std::optional<std::uint64_t> system_calls_of(const std::function<void()>& work) {
    const ::pid_t child = ::fork();
    if (child == 0) work_traced(work);
    int status = 0;
    std::uint64_t stops = 0;
    while (child > 0 && ::waitpid(child, &status, 0) == child && WIFSTOPPED(status)) {
        if (WSTOPSIG(status) == SIGTRAP) ++stops;
        if (::ptrace(PTRACE_SYSCALL, child, nullptr, nullptr) != 0) break;
    }
    if (child < 0 || !WIFEXITED(status) || WEXITSTATUS(status) != 0) return std::nullopt;
    return stops / 2;
}

}  // namespace test
