#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace loopingcall::device::detail {

/// One message to systemd-udevd on /run/udev/control, as `udevadm settle` sends it. The form is the
/// same in all versions from 183 to 257.
struct UdevControlMessage {
    std::array<char, 16> version{};
    std::uint32_t magic = 0xdead1dea;
    std::uint32_t type = 0;
    std::array<char, 256> value{};
};
static_assert(sizeof(UdevControlMessage) == 280);

/// Asks udevd to hang up once it has read all events and closings that happened before.
inline constexpr UdevControlMessage udev_ping{.type = 7};
/// Ends the conversation.
inline constexpr UdevControlMessage udev_end{.type = 0};

/// The same question to a udevd whose socket speaks Varlink, as that of systemd 262 does.
/// The zero at its end is part of it.
inline constexpr char varlink_ping[] = R"({"method":"io.systemd.service.Ping"})";

/// How a ping ended.
enum class Ping : unsigned char {
    answered,     ///< udevd has read what happened before the ping
    absent,       ///< no udevd runs here
    not_allowed,  ///< udevd runs, and answers root only
    no_answer,    ///< udevd runs, and did not answer in time
};

/// How a ping ended by the error of the connection: 0 for a hang-up without one. udevd closes the
/// connection of a stranger without reading it, which resets it. A pure function.
/// @param is_root  whether udevd answers this process: then a reset only shows that it has ended.
Ping ping_ended_by(int error, bool is_root) noexcept;

/// What the reply of a udevd that speaks Varlink says, so far as it has come.
/// @return 0 if it answers the ping; EAGAIN if more is to come; otherwise an errno. A pure
/// function.
int error_of_reply(std::string_view reply) noexcept;

}  // namespace loopingcall::device::detail
