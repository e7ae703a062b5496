// What the child does before it executes its program. It shares the memory of this process and the
// thread-local storage of the thread that has started it, which both run on meanwhile. So nothing
// here allocates, sets `errno`, or calls the C library, whose functions may be bound lazily.
#include "child_side.hpp"

#include <fcntl.h>

#include <cstddef>
#include <cstdint>

#include "system_call.hpp"

namespace loopingcall::process::detail {

namespace {

using Step = ChildPlan::Step;

constexpr int first_of_ours = STDERR_FILENO + 1;
constexpr int highest_signal = 64;
constexpr long kernel_set_size = highest_signal / 8;

/// As the kernel lays it out: the handler first.
struct KernelAction {
    std::uintptr_t handler;
    std::uintptr_t others[7];
};

constexpr KernelAction by_default{0, {}};
constexpr KernelAction ignore{1, {}};

LOOPINGCALL_IN_CHILD bool holds(const sigset_t& set, int signal) {
    const auto* const words = reinterpret_cast<const unsigned long*>(&set);
    constexpr int bits = 8 * sizeof(unsigned long);
    return ((words[(signal - 1) / bits] >> ((signal - 1) % bits)) & 1U) != 0;
}

LOOPINGCALL_IN_CHILD void set_mask(const sigset_t& mask) {
    system_call(SYS_rt_sigprocmask, SIG_SETMASK, address(&mask), 0, kernel_set_size);
}

LOOPINGCALL_IN_CHILD void set_dispositions(const sigset_t& ignored) {
    for (int signal = 1; signal <= highest_signal; ++signal) {
        const KernelAction* const action = holds(ignored, signal) ? &ignore : &by_default;
        system_call(SYS_rt_sigaction, signal, address(action), 0, kernel_set_size);
    }
}

[[noreturn]] LOOPINGCALL_IN_CHILD void give_up(ChildPlan& plan, Step step, long error,
                                               const char* program = nullptr) {
    plan.failed_error = static_cast<int>(error);
    plan.failed_program = program;
    plan.failed_step = step;
    for (;;) system_call(SYS_exit_group, 127);
}

/// The source is none of 0, 1 and 2.
LOOPINGCALL_IN_CHILD void set_stream(ChildPlan& plan, int source, int stream) {
    const long result = system_call(SYS_dup3, source, stream, 0);
    if (result < 0) give_up(plan, Step::streams, -result);
}

/// @return the number that a name is; -1 if it is none.
LOOPINGCALL_IN_CHILD int number_of(const char* name) {
    int number = 0;
    for (; *name != '\0'; ++name) {
        if (*name < '0' || *name > '9') return -1;
        number = 10 * number + (*name - '0');
    }
    return number;
}

/// Closes what `/proc/self/fd` lists, in one reading.
/// @return how many there were; -1 if it cannot be read.
LOOPINGCALL_IN_CHILD int close_listed() {
    constexpr std::size_t name_offset = 19;  // in linux_dirent64, behind two numbers of 64 bits
    constexpr std::size_t length_offset = 16;
    alignas(8) char entries[2048];
    const long directory = system_call(SYS_openat, AT_FDCWD, address("/proc/self/fd"),
                                       O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
    if (directory < 0) return -1;
    int closed = 0;
    for (;;) {
        const long size = system_call(SYS_getdents64, directory, address(entries), sizeof entries);
        if (size <= 0) break;
        for (long at = 0; at < size;) {
            const char* const entry = entries + at;
            const int descriptor = number_of(entry + name_offset);
            at += *reinterpret_cast<const unsigned short*>(entry + length_offset);
            if (descriptor < first_of_ours || descriptor == directory) continue;
            closed += system_call(SYS_close, descriptor) == 0 ? 1 : 0;
        }
    }
    system_call(SYS_close, directory);
    return closed;
}

/// By one call since Linux 5.9; else by the list of those that are open; without /proc, one by one.
LOOPINGCALL_IN_CHILD void close_all_of_ours(const ChildPlan& plan) {
#ifdef SYS_close_range
    if (system_call(SYS_close_range, first_of_ours, ~0U, 0) == 0) return;
#endif
    int closed = close_listed();
    while (closed > 0) closed = close_listed();
    if (closed == 0) return;
    for (int one = first_of_ours; one <= plan.highest_descriptor; ++one) {
        system_call(SYS_close, one);
    }
}

LOOPINGCALL_IN_CHILD bool exists(const char* path) {
    return system_call(SYS_faccessat, AT_FDCWD, address(path), F_OK) == 0;
}

/// A file without a NUL byte in its first line, which a shell can read.
LOOPINGCALL_IN_CHILD bool is_text(const char* path) {
    char text[128];
    const long file = system_call(SYS_openat, AT_FDCWD, address(path), O_RDONLY | O_CLOEXEC, 0);
    if (file < 0) return true;  // the shell may read what we may not
    const long size = system_call(SYS_read, file, address(text), sizeof text);
    system_call(SYS_close, file);
    for (long at = 0; at < size && text[at] != '\n'; ++at) {
        if (text[at] == '\0') return false;
    }
    return true;
}

LOOPINGCALL_IN_CHILD void execute_by_shell(ChildPlan& plan, const char* program) {
    constexpr const char* shell = "/bin/sh";
    if (!is_text(program)) give_up(plan, Step::execute, ENOEXEC, program);
    plan.shell_arguments[1] = program;
    const long error = system_call(SYS_execve, address(shell), address(plan.shell_arguments),
                                   address(plan.environment));
    give_up(plan, Step::shell, -error, program);
}

/// Errors that say of a place in PATH that the program is not there.
LOOPINGCALL_IN_CHILD bool means_absent(long error) {
    return error == ENOENT || error == ENOTDIR || error == ENAMETOOLONG || error == ELOOP ||
           error == ESTALE || error == ENODEV || error == ETIMEDOUT;
}

[[noreturn]] LOOPINGCALL_IN_CHILD void execute(ChildPlan& plan) {
    const char* denied = nullptr;
    for (const char* const* place = plan.programs; *place != nullptr; ++place) {
        const char* const program = *place;
        const long error = -system_call(SYS_execve, address(program), address(plan.arguments),
                                        address(plan.environment));
        if (error == ENOEXEC) execute_by_shell(plan, program);
        if (error == ENOENT && exists(program)) give_up(plan, Step::interpreter, error, program);
        if (!plan.is_searched) give_up(plan, Step::execute, error, program);
        if (error == EACCES) {
            if (denied == nullptr && exists(program)) denied = program;
        } else if (!means_absent(error)) {
            give_up(plan, Step::execute, error, program);
        }
    }
    give_up(plan, Step::find, denied != nullptr ? EACCES : ENOENT, denied);
}

}  // namespace

LOOPINGCALL_IN_CHILD int run_child(void* given) {
    ChildPlan& plan = *static_cast<ChildPlan*>(given);
    if (plan.own_group) system_call(SYS_setpgid, 0, 0);
    // No handler of ours may run here. Once there is none, SIGTERM can end a child that hangs.
    set_dispositions(plan.ignored);
    set_mask(plan.blocked_at_first);
    set_stream(plan, plan.input, STDIN_FILENO);
    set_stream(plan, plan.output, STDOUT_FILENO);
    set_stream(plan, plan.error_output, STDERR_FILENO);
    if (plan.working_directory != nullptr) {
        const long error = -system_call(SYS_chdir, address(plan.working_directory));
        if (error != 0) give_up(plan, Step::working_directory, error);
    }
    close_all_of_ours(plan);
    set_mask(plan.blocked);
    execute(plan);
}

}  // namespace loopingcall::process::detail
