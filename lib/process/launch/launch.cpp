#include "launch.hpp"

#include <sched.h>
#include <sys/resource.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>

#include "all_signals_blocked.hpp"
#include "environment.hpp"
#include "find_program.hpp"
#include "system_call.hpp"

// ThreadSanitizer takes each clone() for a fork.
#if defined(__SANITIZE_THREAD__)
#define LOOPINGCALL_CLONE __clone
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define LOOPINGCALL_CLONE __clone
#endif
#endif
#ifdef LOOPINGCALL_CLONE
extern "C" int LOOPINGCALL_CLONE(int (*)(void*), void*, int, void*, ...);
#else
#define LOOPINGCALL_CLONE ::clone
#endif

namespace loopingcall::process::detail {

namespace {

#ifndef CLONE_PIDFD
constexpr int CLONE_PIDFD = 0x1000;
#endif

/// As exec wants them. A text with a NUL byte would reach the program cut short.
std::vector<const char*> pointers_to(const std::vector<std::string>& strings) {
    std::vector<const char*> pointers;
    pointers.reserve(strings.size() + 1);
    for (const std::string& string : strings) {
        if (string.find('\0') != std::string::npos) {
            throw LaunchError(errc::cannot_start,
                              "'" + std::string(string.c_str()) + "...' holds a NUL byte");
        }
        pointers.push_back(string.c_str());
    }
    pointers.push_back(nullptr);
    return pointers;
}

/// What dumps core stays blocked as long as the child is in our memory: before Linux 5.16, a core
/// dump ends every process that shares the memory.
sigset_t with_those_that_dump_core(sigset_t set) {
    for (const int signal :
         {SIGQUIT, SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV, SIGXCPU, SIGXFSZ, SIGSYS}) {
        ::sigaddset(&set, signal);
    }
    return set;
}

int highest_descriptor() {
    constexpr rlim_t enough = rlim_t{1} << 20U;
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    return static_cast<int>(std::min(limit.rlim_max, enough)) - 1;
}

/// Waiting for a pidfd and signalling by one came with pidfd_open, in Linux 5.3.
bool has_pidfds() noexcept {
    static const bool has = [] {
#ifdef SYS_pidfd_open
        const Descriptor ours(static_cast<int>(::syscall(SYS_pidfd_open, ::getpid(), 0)));
        return ours.is_open() || (errno != ENOSYS && errno != EPERM);
#else
        return false;
#endif
    }();
    return has;
}

/// Valgrind knows no child that shares our memory while we run on.
bool waits_for_child() noexcept {
    static const bool waits = [] {
        const char* const preloaded = std::getenv("LD_PRELOAD");
        return !child_runs_beside_us || (preloaded && std::strstr(preloaded, "vgpreload"));
    }();
    return waits;
}

}  // namespace

std::vector<std::string> arguments_of(const Command& command) {
    std::vector<std::string> arguments;
    if (command.run_as_root && ::geteuid() != 0) arguments = command.root_helper;
    arguments.insert(arguments.end(), command.argv.begin(), command.argv.end());
    return arguments;
}

Launch::Launch(const Command& command, const SignalState& signals, bool own_group)
    : arguments_(arguments_of(command)), working_directory_(command.working_directory) {
    if (command.argv.empty() || arguments_.front().empty()) {
        throw LaunchError(errc::not_found, "no program is named");
    }
    environment_ = environment_of(command);
    argv_ = pointers_to(arguments_);
    envp_ = pointers_to(environment_);
    const auto path = find_variable(environment_, "PATH").value_or(default_path);
    programs_ = places_of(arguments_.front(), path);
    places_ = pointers_to(programs_);
    shell_argv_ = {"/bin/sh", nullptr};
    shell_argv_.insert(shell_argv_.end(), argv_.begin() + 1, argv_.end());

    plan_.programs = places_.data();
    plan_.is_searched = is_searched_for(arguments_.front());
    plan_.arguments = argv_.data();
    plan_.shell_arguments = shell_argv_.data();
    plan_.environment = envp_.data();
    if (working_directory_.find('\0') != std::string::npos) {
        throw LaunchError(errc::bad_working_directory, "the working directory holds a NUL byte");
    }
    if (!working_directory_.empty()) plan_.working_directory = working_directory_.c_str();
    plan_.highest_descriptor = highest_descriptor();
    plan_.own_group = own_group;
    plan_.ignored = signals.ignored;
    plan_.blocked = signals.blocked;
    plan_.blocked_at_first = with_those_that_dump_core(signals.blocked);
}

Started Launch::start(const Streams& streams) {
    plan_.input = streams.input;
    plan_.output = streams.output;
    plan_.error_output = streams.error_output;
    int flags = CLONE_VM | CLONE_CHILD_CLEARTID | SIGCHLD;
    if (waits_for_child()) flags |= CLONE_VFORK;
    if (has_pidfds()) flags |= CLONE_PIDFD;
    int pidfd = -1;
    const auto clone = [&] {
        child_ = -1;
        const AllSignalsBlocked blocked;
        return LOOPINGCALL_CLONE(run_child, stack_.data() + stack_.size(), flags, &plan_, &pidfd,
                                 nullptr, &child_);
    };
    pid_t pid = clone();
    if (pid < 0 && (errno == EMFILE || errno == ENFILE)) {
        flags &= ~CLONE_PIDFD;
        pid = clone();
    }
    if (pid < 0 && errno == EINVAL) {
        flags = (flags | CLONE_VFORK) & ~CLONE_PIDFD;  // an emulator that knows no more
        pid = clone();
    }
    if (pid < 0) {
        const int error = errno;
        child_ = 0;
        throw LaunchError(error, "clone");
    }
    return {pid, Descriptor(pidfd)};
}

std::optional<LaunchError> Launch::failure() const {
    using enum ChildPlan::Step;
    const int error = plan_.failed_error;
    const std::string program = plan_.failed_program ? plan_.failed_program : "";
    switch (plan_.failed_step) {
        case none:
            return std::nullopt;
        case streams:
            return LaunchError(error, "dup3");
        case working_directory:
            return LaunchError(errc::bad_working_directory,
                               "the working directory " + working_directory_ +
                                   " cannot be entered: " + std::strerror(error));
        case find:
            if (error == EACCES)
                return LaunchError(errc::not_executable, program + " cannot be executed");
            return LaunchError(errc::not_found, "there is no " + arguments_.front() + " in PATH");
        case interpreter:
            return LaunchError(errc::not_executable, program + ": its interpreter does not exist");
        case shell:
            return LaunchError(from_errno(error),
                               "/bin/sh for " + program + ": " + std::strerror(error));
        case execute:
            break;
    }
    return LaunchError(from_errno(error), program + ": " + std::strerror(error));
}

}  // namespace loopingcall::process::detail
