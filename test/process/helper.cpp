// A child for the tests: does what a shell could do only with a second process.
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

[[noreturn]] void wait_for_ever() {
    for (;;) ::pause();
}

// Makes the file, if one is named, so that the test knows that it may begin.
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

// The grandchild keeps the outputs open after the child has ended, which shows which process it is.
int leave_grandchild() {
    const pid_t grandchild = ::fork();
    if (grandchild == 0) wait_for_ever();
    (void)std::printf("%d", grandchild);
    return 0;
}

// A tracer seizes this process and does not let the kernel report its end, as a debugger that has
// hung does. Its pid is in `file` once it is at work.
int withhold_end(const char* file) {
    ::prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY, 0, 0, 0);
    const pid_t traced = ::getpid();
    if (::fork() != 0) wait_for_ever();
    ::setsid();  // it outlives the group of the one it traces
    for (int number = 0; number < 3; ++number) ::close(number);
    if (::ptrace(PTRACE_SEIZE, traced, nullptr, nullptr) != 0) return 1;
    const std::string partial = std::string(file) + ".partial";
    std::FILE* const stream = std::fopen(partial.c_str(), "we");
    if (!stream) return 1;
    (void)std::fprintf(stream, "%d", ::getpid());
    (void)std::fclose(stream);
    if (std::rename(partial.c_str(), file) != 0) return 1;
    wait_for_ever();
}

// Copies its input to its output, once it has been read to the end.
int copy() {
    std::string text;
    for (int c = std::getchar(); c != EOF; c = std::getchar()) text.push_back(static_cast<char>(c));
    return std::fwrite(text.data(), 1, text.size(), stdout) == text.size() ? 0 : 1;
}

}  // namespace

int main(int count, char** arguments) {
    const std::string_view what = count > 1 ? arguments[1] : "";
    if (what == "ignore-termination") return ignore_termination(count > 2 ? arguments[2] : nullptr);
    if (what == "descriptors") return list_descriptors();
    if (what == "signals") return list_signals();
    if (what == "grandchild") return leave_grandchild();
    if (what == "withhold-end" && count > 2) return withhold_end(arguments[2]);
    if (what == "copy") return copy();
    return 2;
}
