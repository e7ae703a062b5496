#pragma once

#include <poll.h>
#include <sys/socket.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include "device/udev/odd_server.hpp"
#include "device/udev/udev_control.hpp"

namespace test {

enum class Manner { answers, closes_unread, is_silent, speaks_varlink };

/// Listens on `control` as udevd does.
class FakeUdevd {
  public:
    FakeUdevd(const std::filesystem::path& run, Manner manner) {
        const auto control = run / "control";
        if (manner == Manner::speaks_varlink) {  // as systemd 262 has it
            const auto target = run / "io.systemd.Udev";
            std::filesystem::create_symlink(target, control);
            server_.emplace(target, SOCK_STREAM, [this](int client, int) { varlink(client); });
        } else {
            server_.emplace(control, SOCK_SEQPACKET,
                            [this, manner](int client, int) { message(client, manner); });
        }
    }
    ~FakeUdevd() { over_ = true; }
    FakeUdevd(const FakeUdevd&) = delete;
    FakeUdevd& operator=(const FakeUdevd&) = delete;

    [[nodiscard]] int pings() const { return pings_; }

  private:
    void varlink(int client) {
        using namespace std::string_view_literals;
        char text[64]{};
        const ssize_t size = ::recv(client, text, sizeof text, 0);
        const std::string_view said(text, size > 0 ? static_cast<std::size_t>(size) : 0);
        if (said == "{\"method\":\"io.systemd.service.Ping\"}\0"sv) ++pings_;
        reply(client);
        read_from(client);  // until it hangs up
    }

    void message(int client, Manner manner) {
        if (manner == Manner::closes_unread) {
            pollfd ready{client, POLLIN, 0};
            ::poll(&ready, 1, 1000);
            return;
        }
        loopingcall::device::detail::UdevControlMessage message;
        const bool ping =
            ::recv(client, &message, sizeof message, 0) == static_cast<ssize_t>(sizeof message) &&
            message.type == 7;
        const bool end = ::recv(client, &message, sizeof message, 0) > 0 && message.type == 0;
        if (ping && end) ++pings_;
        while (manner == Manner::is_silent && !over_) {
            std::this_thread::sleep_for(std::chrono::milliseconds{1});
        }
    }

    std::atomic<bool> over_ = false;
    std::atomic<int> pings_ = 0;
    std::optional<OddServer> server_{};  // the last: its thread uses the others
};

}  // namespace test
