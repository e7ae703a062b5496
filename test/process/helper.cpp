// A child for the tests: does what a shell cannot be made to do without a second process.
#include <fcntl.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace {

[[noreturn]] void wait_for_ever() {
    for (;;) ::pause();
}

// Makes a file, if told which, so that the test knows that it may begin.
int ignore_termination(const char* file) {
    std::signal(SIGTERM, SIG_IGN);
    if (file) ::close(::open(file, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
    wait_for_ever();
}

int list_descriptors() {
    for (int number = 0; number < 1024; ++number) {
        if (::fcntl(number, F_GETFD) != -1) (void)std::printf("%d ", number);
    }
    return 0;
}

int list_signals() {
    sigset_t blocked;
    sigprocmask(SIG_BLOCK, nullptr, &blocked);
    for (int number = 1; number < NSIG; ++number) {
        struct sigaction action {};
        const bool known = ::sigaction(number, nullptr, &action) == 0;
        if (known && action.sa_handler == SIG_IGN) (void)std::printf("ignored %d\n", number);
        if (::sigismember(&blocked, number) == 1) (void)std::printf("blocked %d\n", number);
    }
    return 0;
}

// The grandchild keeps the outputs open after the child has ended, which says who it is.
int leave_grandchild() {
    const pid_t grandchild = ::fork();
    if (grandchild == 0) wait_for_ever();
    (void)std::printf("%d", grandchild);
    return 0;
}

}  // namespace

int main(int count, char** arguments) {
    const std::string_view what = count > 1 ? arguments[1] : "";
    if (what == "ignore-termination") return ignore_termination(count > 2 ? arguments[2] : nullptr);
    if (what == "descriptors") return list_descriptors();
    if (what == "signals") return list_signals();
    if (what == "grandchild") return leave_grandchild();
    return 2;
}
