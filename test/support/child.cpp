#include "support/child.hpp"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <string_view>
#include <thread>
#include <utility>

namespace test {

namespace {

[[noreturn]] void wait_for_ever() {
    for (;;) ::pause();
}

void say_ready(int pipe) {
    if (::write(pipe, "x", 1) != 1) ::_exit(1);
}

/// @param process  its directory in /proc.
bool is_zombie(int process) {
    char text[512];
    const int file = ::openat(process, "stat", O_RDONLY | O_CLOEXEC);
    const ssize_t size = ::read(file, text, sizeof text);
    ::close(file);
    return size > 0 && std::string_view(text, static_cast<std::size_t>(size)).find(") Z ") !=
                           std::string_view::npos;
}

[[noreturn]] void die_and_let_another_go_on(int leader, int ready) {
    std::thread([leader, ready] {
        while (!is_zombie(leader)) std::this_thread::yield();
        say_ready(ready);
        wait_for_ever();
    }).detach();
    for (;;) ::syscall(SYS_exit, 0);  // of this thread alone
}

/// A program that is launched at the moment has an output of which this process, for a moment, has
/// the end to write to. Left open in a child that lives on, it is never over.
void close_outputs_of_others(int own) {
    constexpr int most = 1024;
    for (int file = STDERR_FILENO + 1; file < most; ++file) {
        struct stat status {};
        const bool is_output = file != own && ::fstat(file, &status) == 0 &&
                               S_ISFIFO(status.st_mode) &&
                               (::fcntl(file, F_GETFL) & O_ACCMODE) == O_WRONLY &&
                               ::fcntl(file, F_GETFD) == FD_CLOEXEC;
        if (is_output) ::close(file);
    }
}

}  // namespace

Child::Child(const std::function<bool()>& prepare, bool leader_dies) {
    int ready[2];
    if (::pipe2(ready, O_CLOEXEC) != 0) return;
    pid_ = ::fork();
    if (pid_ == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        ::close(ready[0]);
        close_outputs_of_others(ready[1]);
        // Before prepare() may leave the root that has /proc.
        const int self = ::open("/proc/self", O_PATH | O_CLOEXEC);
        if (!prepare()) ::_exit(1);
        if (leader_dies) die_and_let_another_go_on(self, ready[1]);
        ::close(self);
        say_ready(ready[1]);
        wait_for_ever();
    }
    ::close(ready[1]);
    char byte = 0;
    prepared_ = ::read(ready[0], &byte, 1) == 1;
    ::close(ready[0]);
}

void Child::let_go() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(std::exchange(pid_, -1), nullptr, 0);
}

// In a chroot, the root is not a mount, and cannot be made private; it may be already.
bool unshare_mounts() {
    if (::unshare(CLONE_NEWNS) != 0) return false;
    const bool made_private = ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
    return made_private || errno == EINVAL;
}

bool run_program(const std::string& command_line) {
    return std::system((command_line + " >/dev/null 2>&1").c_str()) == 0;
}

}  // namespace test
