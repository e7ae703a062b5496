// Pings of what listens in udevd's place, and does not behave as udevd does.
#include "device/udev/udev_ping.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <atomic>
#include <boost/asio.hpp>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <thread>

#include "process/launch/descriptor.hpp"
#include "support/descriptors.hpp"
#include "support/scratch.hpp"

using namespace std::chrono_literals;
namespace asio = boost::asio;
namespace detail = loopingcall::device::detail;
using detail::Ping;
using loopingcall::process::detail::Descriptor;

BOOST_TEST_DONT_PRINT_LOG_VALUE(Ping)

namespace {

/// Serves one client after the other, on a thread of its own.
class OddServer {
  public:
    /// @param serve  what to do with the client of that number, from 0 on, before it is closed.
    OddServer(const std::filesystem::path& path, int type, std::function<void(int, int)> serve)
        : listener_(::socket(AF_UNIX, type | SOCK_CLOEXEC, 0)), serve_(std::move(serve)) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        const std::string text = path.native();
        BOOST_REQUIRE(text.size() < sizeof address.sun_path);
        std::copy(text.begin(), text.end(), address.sun_path);
        BOOST_REQUIRE(::bind(listener_.get(), reinterpret_cast<const sockaddr*>(&address),
                             sizeof address) == 0);
        BOOST_REQUIRE(::listen(listener_.get(), 8) == 0);
        thread_ = std::thread([this] {
            for (;;) {
                const Descriptor client(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
                if (!client.is_open()) return;
                serve_(client.get(), clients_++);
            }
        });
    }
    ~OddServer() {
        ::shutdown(listener_.get(), SHUT_RDWR);
        thread_.join();
    }
    OddServer(const OddServer&) = delete;
    OddServer& operator=(const OddServer&) = delete;

    [[nodiscard]] int clients() const { return clients_; }

  private:
    Descriptor listener_;
    std::function<void(int, int)> serve_;
    std::atomic<int> clients_ = 0;
    std::thread thread_{};
};

void read_from(int client) {
    char text[512];
    (void)::recv(client, text, sizeof text, 0);
}

/// Waits until there is a message, and leaves it there: to close the socket then resets it.
void leave_unread(int client) {
    char text = 0;
    (void)::recv(client, &text, sizeof text, MSG_PEEK);
}

void reply(int client) { (void)::send(client, "{}", 3, MSG_NOSIGNAL); }

struct Pinging {
    test::NothingLeftBehind nothing_left_behind;
    test::Scratch scratch = {};
    asio::io_context context{};
    std::filesystem::path control = scratch.path() / "control";

    Ping ping() {
        std::optional<Ping> found;
        asio::posix::stream_descriptor connection(context);
        asio::co_spawn(context,
                       detail::ping_udevd({.run = scratch.path(), .proc = "/proc"}, connection),
                       [&](const std::exception_ptr& error, Ping answer) {
                           BOOST_TEST(!error);
                           found = answer;
                       });
        context.restart();
        context.run();
        return found.value();
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(udev_ping, Pinging)

/// Nothing is proven by a udevd that ends before it has answered.
BOOST_AUTO_TEST_CASE(a_hang_up_without_a_reply_is_no_answer_by_varlink) {
    for (const auto& serve : {read_from, leave_unread}) {
        const OddServer server(control, SOCK_STREAM, [&](int client, int) { serve(client); });
        BOOST_TEST(ping() == Ping::not_allowed);
        std::filesystem::remove(control);
    }
}

/// A udevd that is restarted resets its connections; the next one is asked.
BOOST_AUTO_TEST_CASE(a_udevd_that_is_restarted_is_pinged_again) {
    const OddServer varlink(control, SOCK_STREAM, [](int client, int number) {
        if (number == 0) return leave_unread(client);
        read_from(client);
        reply(client);
        read_from(client);
    });
    BOOST_TEST(ping() == Ping::answered);
    BOOST_TEST(varlink.clients() == 2);
    std::filesystem::remove(control);
    const OddServer messages(control, SOCK_SEQPACKET, [](int client, int number) {
        if (number == 0) return leave_unread(client);
        read_from(client);
        read_from(client);
    });
    BOOST_TEST(ping() == Ping::answered);
    BOOST_TEST(messages.clients() == 2);
}

BOOST_AUTO_TEST_SUITE_END()
