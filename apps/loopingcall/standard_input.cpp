#include "loopingcall/standard_input.hpp"

#include <poll.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <utility>

namespace repeat {

namespace {

constexpr std::size_t most = std::size_t{64} << 20U;

bool has_unread_bytes() {
    int bytes = 0;
    return ::ioctl(STDIN_FILENO, FIONREAD, &bytes) == 0 && bytes > 0;
}

bool has_rest(const struct stat& file) {
    const off_t at = ::lseek(STDIN_FILENO, 0, SEEK_CUR);
    return at >= 0 && at < file.st_size;
}

InputText read_input() {
    InputText input;
    char buffer[65536];
    for (;;) {
        const ssize_t bytes = ::read(STDIN_FILENO, buffer, sizeof buffer);
        if (bytes < 0 && errno == EINTR) continue;
        if (bytes < 0) return {.error = std::string("cannot be read: ") + std::strerror(errno)};
        if (bytes == 0) return input;
        input.text.append(buffer, static_cast<std::size_t>(bytes));
        if (input.text.size() > most) {
            return {.error = "has more than the " + std::to_string(most) +
                             " bytes that --stdin each keeps; --stdin once has no limit"};
        }
    }
}

}  // namespace

bool has_unread_input(std::chrono::milliseconds patience) {
    struct stat input {};
    if (::fstat(STDIN_FILENO, &input) != 0) return false;
    if (S_ISREG(input.st_mode)) return has_rest(input);
    if (!S_ISFIFO(input.st_mode) && !S_ISSOCK(input.st_mode)) return false;
    pollfd readable{STDIN_FILENO, POLLIN, 0};
    (void)::poll(&readable, 1, static_cast<int>(patience.count()));
    return has_unread_bytes();
}

InputReader::InputReader(boost::asio::io_context& context, std::function<void(InputText)> take)
    : mailbox_(context) {
    terminal::start_in_background([post = mailbox_.poster(), take = std::move(take)] {
        auto input = std::make_shared<InputText>(read_input());
        post([take, input] { take(std::move(*input)); });
    });
}

}  // namespace repeat
