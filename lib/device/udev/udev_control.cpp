#include "udev_control.hpp"

#include <cerrno>

namespace loopingcall::device::detail {

Ping ping_ended_by(int error) noexcept {
    switch (error) {
        case 0:
            return Ping::answered;
        case ENOENT:
        case ENOTDIR:
        case ECONNREFUSED:  // the socket of a udevd that is gone
            return Ping::absent;
        case EACCES:
        case EPERM:
        case ECONNRESET:
        case EPIPE:
            return Ping::not_allowed;
        default:
            return Ping::no_answer;
    }
}

}  // namespace loopingcall::device::detail
