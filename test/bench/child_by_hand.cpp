#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>

#include "children.hpp"

namespace bench {

namespace {

void must(bool holds) {
    if (!holds) std::abort();
}

struct Started {
    pid_t pid = -1;
    int pidfd = -1;
    int output = -1;
    int error = -1;
};

Started start() {
    int output[2];
    int error[2];
    must(::pipe2(output, O_CLOEXEC) == 0 && ::pipe2(error, O_CLOEXEC) == 0);
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    ::posix_spawn_file_actions_adddup2(&actions, output[1], STDOUT_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions, error[1], STDERR_FILENO);
    char program[] = "/bin/true";
    char* const arguments[] = {program, nullptr};
    Started started{.output = output[0], .error = error[0]};
    must(::posix_spawn(&started.pid, program, &actions, nullptr, arguments, environ) == 0);
    ::posix_spawn_file_actions_destroy(&actions);
    started.pidfd = static_cast<int>(::syscall(SYS_pidfd_open, started.pid, 0));
    must(started.pidfd >= 0);
    ::close(output[1]);
    ::close(error[1]);
    return started;
}

void finish(const Started& started) {
    char buffer[256];
    for (const int stream : {started.output, started.error}) {
        while (::read(stream, buffer, sizeof buffer) > 0) continue;
        ::close(stream);
    }
    pollfd ended{.fd = started.pidfd, .events = POLLIN, .revents = 0};
    must(::poll(&ended, 1, -1) == 1);
    int status = 0;
    must(::waitpid(started.pid, &status, 0) == started.pid && status == 0);
    ::close(started.pidfd);
}

}  // namespace

Cost run_by_hand() {
    const auto begun = std::chrono::steady_clock::now();
    const Started started = start();
    const auto launched = std::chrono::steady_clock::now();
    finish(started);
    return {launched - begun, std::chrono::steady_clock::now() - begun};
}

}  // namespace bench
