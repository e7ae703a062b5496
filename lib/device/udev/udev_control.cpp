#include "udev_control.hpp"

#include <cerrno>

namespace loopingcall::device::detail {

Ping ping_ended_by(int error, bool is_root) noexcept {
    switch (error) {
        case 0:
            return Ping::answered;
        case ENOENT:
        case ENOTDIR:
        case ECONNREFUSED:  // the socket of a udevd that is gone
            return Ping::absent;
        case EACCES:
        case EPERM:
            return Ping::not_allowed;
        case ECONNRESET:
        case EPIPE:
            return is_root ? Ping::no_answer : Ping::not_allowed;
        default:
            return Ping::no_answer;
    }
}

int error_of_reply(std::string_view reply) noexcept {
    const std::size_t end = reply.find('\0');
    if (end == std::string_view::npos) return EAGAIN;
    reply = reply.substr(0, end);
    if (!reply.starts_with('{') || !reply.ends_with('}')) return EPROTO;
    if (reply.find(R"("error")") == std::string_view::npos) return 0;
    // Of org.varlink.service, and those that systemd sends for polkit.
    for (const char* const refusal : {"PermissionDenied", "AuthenticationRequired"}) {
        if (reply.find(refusal) != std::string_view::npos) return EPERM;
    }
    return EPROTO;
}

}  // namespace loopingcall::device::detail
