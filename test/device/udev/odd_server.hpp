#pragma once

#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <atomic>
#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <functional>
#include <string>
#include <thread>
#include <utility>

#include "process/launch/descriptor.hpp"

namespace test {

using loopingcall::process::detail::Descriptor;

inline void bind_to(int socket, const std::filesystem::path& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string text = path.native();
    BOOST_REQUIRE(text.size() < sizeof address.sun_path);
    std::copy(text.begin(), text.end(), address.sun_path);
    const auto* const generic = reinterpret_cast<const sockaddr*>(&address);
    BOOST_REQUIRE(::bind(socket, generic, sizeof address) == 0);
}

/// Serves one client after the other, on a thread of its own.
class OddServer {
  public:
    /// @param serve  what to do with the client of that number, from 0 on, before it is closed.
    OddServer(const std::filesystem::path& path, int type, std::function<void(int, int)> serve)
        : listener_(::socket(AF_UNIX, type | SOCK_CLOEXEC, 0)), serve_(std::move(serve)) {
        bind_to(listener_.get(), path);
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

inline void read_from(int client) {
    char text[512];
    (void)::recv(client, text, sizeof text, 0);
}

/// Waits until there is a message, and leaves it there: to close the socket then resets it.
inline void leave_unread(int client) {
    char text = 0;
    (void)::recv(client, &text, sizeof text, MSG_PEEK);
}

inline void reply(int client) { (void)::send(client, "{}", 3, MSG_NOSIGNAL); }

}  // namespace test
