#include "leave_outputs.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <limits>

namespace loopingcall::process::detail {

namespace {

// From the fork on, this process has locks that no thread will release: no memory is allocated.

void close_between(int first, int last) noexcept {
    constexpr int most_without_close_range = 4096;
    if (first > last) return;
#ifdef SYS_close_range
    if (::syscall(SYS_close_range, first, last, 0) == 0) return;
#endif
    for (int one = first; one <= std::min(last, most_without_close_range); ++one) ::close(one);
}

void close_all_but(const std::vector<int>& sorted) noexcept {
    int first = STDERR_FILENO + 1;
    for (const int kept : sorted) {
        close_between(first, kept - 1);
        first = kept + 1;
    }
    close_between(first, std::numeric_limits<int>::max());
}

void detach_from_terminal() noexcept {
    ::setsid();
    if (::chdir("/") != 0) return;
    const int nothing = ::open("/dev/null", O_RDWR | O_CLOEXEC);
    for (int stream = STDIN_FILENO; stream <= STDERR_FILENO; ++stream) {
        if (nothing >= 0)
            ::dup2(nothing, stream);
        else
            ::close(stream);
    }
}

void read_to_the_ends(std::vector<pollfd>& outputs) noexcept {
    char buffer[std::size_t{1} << 14U];
    for (std::size_t open = outputs.size(); open > 0;) {
        ::poll(outputs.data(), outputs.size(), -1);
        for (pollfd& output : outputs) {
            if (output.fd < 0 || output.revents == 0) continue;
            const ssize_t size = ::read(output.fd, buffer, sizeof buffer);
            if (size > 0 || (size < 0 && (errno == EAGAIN || errno == EINTR))) continue;
            ::close(output.fd);
            output.fd = -1;
            --open;
        }
    }
}

}  // namespace

bool leave_to_a_process(std::vector<int> outputs) {
    std::sort(outputs.begin(), outputs.end());
    std::vector<pollfd> watched;
    for (const int output : outputs) watched.push_back({output, POLLIN, 0});
    const pid_t reader = ::fork();
    if (reader != 0) return reader > 0;
    detach_from_terminal();
    close_all_but(outputs);
    read_to_the_ends(watched);
    ::_exit(0);
}

}  // namespace loopingcall::process::detail
