#include "udev_ping.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cerrno>
#include <filesystem>
#include <functional>
#include <string>
#include <system_error>

#include "device/kernel/proc_directory.hpp"
#include "device/rights/rights.hpp"
#include "device/run_in_background.hpp"
#include "process/launch/descriptor.hpp"

namespace loopingcall::device::detail {

namespace {

using asio::posix::stream_descriptor;

/// udevd talks to one at a time, and the queue before it is short.
constexpr std::chrono::milliseconds others_turn{5};
/// One that hangs up before it answers may be restarted: the next one is pinged.
constexpr int most_tries = 3;
constexpr std::size_t longest_reply = 64 << 10;

/// The table of sockets is long where there are many, and the kernel reads it piece by piece: then
/// a socket may be passed over.
constexpr int most_readings = 2;
constexpr std::chrono::seconds reading_limit{10};

int connect_to(int socket, const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path) return ENAMETOOLONG;
    std::copy(path.begin(), path.end(), address.sun_path);
    const auto* const generic = reinterpret_cast<const sockaddr*>(&address);
    return ::connect(socket, generic, sizeof address) == 0 ? 0 : errno;
}

bool send_to(int socket, const void* message, std::size_t size) {
    return ::send(socket, message, size, MSG_NOSIGNAL | MSG_DONTWAIT) == static_cast<ssize_t>(size);
}

process::detail::Descriptor open_socket(int type) {
    return process::detail::Descriptor(::socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
}

/// Without the right to connect, only this shows whether a udevd listens to the socket. A table of
/// sockets shows those of one network namespace, while a path leads to a socket of any: udevd's is
/// mostly that of process 1.
bool is_listened_to(const std::string& path, const UdevPlaces& places) {
    // Where the socket speaks Varlink, `path` is a link to the name that it is bound to.
    std::error_code ignored;
    const std::string target = std::filesystem::canonical(path, ignored).native();
    for (const char* const table : {"net/unix", "1/net/unix"}) {
        const std::string sockets = read_proc_file(AT_FDCWD, (places.proc / table).c_str());
        const auto lists = [&](const std::string& name) {
            return sockets.find(' ' + name + '\n') != std::string::npos;
        };
        if (lists(path) || lists(target)) return true;
    }
    return false;
}

/// On a thread of its own.
asio::awaitable<bool> finds_listener(std::string path, UdevPlaces places) {
    std::function<bool()> look = [path = std::move(path), places = std::move(places)] {
        for (int i = 0; i < most_readings; ++i) {
            if (is_listened_to(path, places)) return true;
        }
        return false;
    };
    // One that is not known to be absent is there.
    co_return (co_await find_in_background(look, reading_limit)).value_or(true);
}

/// Whom udevd answers.
bool is_root() { return ::geteuid() == 0 && rights_now().in_first_user_namespace; }

bool send_ping(int socket, bool speaks_varlink) {
    if (speaks_varlink) return send_to(socket, varlink_ping, sizeof varlink_ping);
    return send_to(socket, &udev_ping, sizeof udev_ping) &&
           send_to(socket, &udev_end, sizeof udev_end);
}

/// By Varlink, a reply answers, unless it reports an error. Otherwise a hang-up does: one that
/// comes before the ping is read is a reset.
/// @param reply  what has come of it before.
/// @return 0 once udevd has answered; an errno; EAGAIN if something is still to come.
int answer_of(int socket, bool speaks_varlink, std::string& reply) {
    char text[512];
    for (;;) {
        const ssize_t size = ::recv(socket, text, sizeof text, MSG_DONTWAIT);
        if (size == 0) return speaks_varlink ? ECONNRESET : 0;
        if (size < 0 && errno != EINTR) return errno;
        if (size < 0 || !speaks_varlink) continue;
        reply.append(text, static_cast<std::size_t>(size));
        if (reply.size() > longest_reply) return EPROTO;
        if (const int error = error_of_reply(reply); error != EAGAIN) return error;
    }
}

bool has_hung_up(int error) { return error == ECONNRESET || error == EPIPE; }

asio::awaitable<void> let_others_talk(const stream_descriptor& connection) {
    asio::steady_timer turn(co_await asio::this_coro::executor, others_turn);
    co_await turn.async_wait(asio::use_awaitable);
    if (!connection.is_open()) throw std::system_error(ECANCELED, std::generic_category());
}

/// @return 0 once udevd has answered; otherwise an errno.
asio::awaitable<int> ping_once(const std::string& path, stream_descriptor& connection) {
    process::detail::Descriptor opened = open_socket(SOCK_SEQPACKET);
    int error = connect_to(opened.get(), path);
    const bool speaks_varlink = error == EPROTOTYPE;
    if (speaks_varlink) {
        opened = open_socket(SOCK_STREAM);
        error = connect_to(opened.get(), path);
    }
    if (!opened.is_open()) co_return EMFILE;
    if (connection.is_open()) connection.close();
    connection.assign(opened.get());
    const int socket = opened.release();
    while (error == EAGAIN) {
        co_await let_others_talk(connection);
        error = connect_to(socket, path);
    }
    if (error != 0) co_return error;
    if (!send_ping(socket, speaks_varlink)) co_return errno;
    std::string reply;
    for (error = EAGAIN; error == EAGAIN; error = answer_of(socket, speaks_varlink, reply)) {
        co_await connection.async_wait(stream_descriptor::wait_read, asio::use_awaitable);
    }
    co_return error;
}

}  // namespace

asio::awaitable<Ping> ping_udevd(UdevPlaces places, stream_descriptor& connection) try {
    const std::string path = (places.run / "control").native();
    int error = co_await ping_once(path, connection);
    for (int tries = 1; has_hung_up(error) && tries < most_tries; ++tries) {
        co_await let_others_talk(connection);
        error = co_await ping_once(path, connection);
    }
    if (error == EACCES && !co_await finds_listener(path, places)) co_return Ping::absent;
    co_return ping_ended_by(error, is_root());
} catch (const std::exception&) {
    co_return Ping::no_answer;  // closed, or no memory
}

}  // namespace loopingcall::device::detail
