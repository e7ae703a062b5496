#include "support/child.hpp"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fstream>
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

bool is_zombie(const std::string& process) {
    std::string text;
    std::getline(std::ifstream(process + "/stat"), text);
    return text.find(") Z ") != std::string::npos;
}

[[noreturn]] void die_and_let_another_go_on(int ready) {
    const std::string leader = "/proc/" + std::to_string(::getpid());
    std::thread([leader, ready] {
        while (!is_zombie(leader)) std::this_thread::yield();
        say_ready(ready);
        wait_for_ever();
    }).detach();
    for (;;) ::syscall(SYS_exit, 0);  // of this thread alone
}

}  // namespace

Child::Child(const std::function<bool()>& prepare, bool leader_dies) {
    int ready[2];
    if (::pipe2(ready, O_CLOEXEC) != 0) return;
    pid_ = ::fork();
    if (pid_ == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        ::close(ready[0]);
        if (!prepare()) ::_exit(1);
        if (leader_dies) die_and_let_another_go_on(ready[1]);
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

// In a chroot, the root is no mount, and cannot be made private; it may be already.
bool unshare_mounts() {
    if (::unshare(CLONE_NEWNS) != 0) return false;
    const bool made_private = ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
    return made_private || errno == EINVAL;
}

bool run_program(const std::string& command_line) {
    return std::system((command_line + " >/dev/null 2>&1").c_str()) == 0;
}

}  // namespace test
