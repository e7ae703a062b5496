#pragma once

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <atomic>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <filesystem>
#include <string>
#include <thread>

#include "device/udev/udev_control.hpp"
#include "process/launch/descriptor.hpp"

namespace test {

using loopingcall::process::detail::Descriptor;

enum class Manner { answers, closes_unread, is_silent, speaks_varlink };

/// Listens on `control` as udevd does, on a thread of its own.
class FakeUdevd {
  public:
    FakeUdevd(const std::filesystem::path& run, Manner manner) : manner_(manner) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        const bool by_link = manner == Manner::speaks_varlink;  // as systemd 262 has it
        const std::string path = run / (by_link ? "io.systemd.Udev" : "control");
        if (by_link) std::filesystem::create_symlink(path, run / "control");
        std::copy(path.begin(), path.end(), address.sun_path);
        const int type = manner == Manner::speaks_varlink ? SOCK_STREAM : SOCK_SEQPACKET;
        listener_ = Descriptor(::socket(AF_UNIX, type | SOCK_CLOEXEC, 0));
        BOOST_REQUIRE(::bind(listener_.get(), reinterpret_cast<const sockaddr*>(&address),
                             sizeof address) == 0);
        BOOST_REQUIRE(::listen(listener_.get(), 8) == 0);
        thread_ = std::thread([this] { serve(); });
    }
    ~FakeUdevd() {
        over_ = true;
        ::shutdown(listener_.get(), SHUT_RDWR);
        thread_.join();
    }
    FakeUdevd(const FakeUdevd&) = delete;
    FakeUdevd& operator=(const FakeUdevd&) = delete;

    [[nodiscard]] int pings() const { return pings_; }

  private:
    void serve() {
        while (!over_) {
            const Descriptor client(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
            if (!client.is_open()) return;
            if (manner_ == Manner::closes_unread) {
                pollfd ready{client.get(), POLLIN, 0};
                ::poll(&ready, 1, 1000);
                continue;
            }
            if (manner_ == Manner::speaks_varlink) {
                char text[64]{};
                const ssize_t size = ::recv(client.get(), text, sizeof text, 0);
                const std::string wanted =
                    std::string("{\"method\":\"io.systemd.service.Ping\"}").append(1, '\0');
                if (std::string(text, static_cast<std::size_t>(std::max<ssize_t>(size, 0))) ==
                    wanted)
                    ++pings_;
                (void)::send(client.get(), "{}", 3, MSG_NOSIGNAL);
                (void)::recv(client.get(), text, sizeof text, 0);  // until it hangs up
                continue;
            }
            loopingcall::device::detail::UdevControlMessage message;
            const bool ping = ::recv(client.get(), &message, sizeof message, 0) ==
                                  static_cast<ssize_t>(sizeof message) &&
                              message.type == 7;
            const bool end =
                ::recv(client.get(), &message, sizeof message, 0) > 0 && message.type == 0;
            if (ping && end) ++pings_;
            while (manner_ == Manner::is_silent && !over_)
                std::this_thread::sleep_for(std::chrono::milliseconds{1});
        }
    }

    Manner manner_;
    Descriptor listener_{};
    std::atomic<bool> over_ = false;
    std::atomic<int> pings_ = 0;
    std::thread thread_{};
};

}  // namespace test
