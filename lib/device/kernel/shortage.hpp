#pragma once

#include <cerrno>
#include <string>
#include <system_error>

namespace loopingcall::device::detail {

/// Of errors in reading what the kernel shows, those that say nothing about the target:
/// this process or the system has no descriptor or memory left. What is not there, or is not shown
/// to us, is an answer; this is none, and a device must not be called free after it.
inline bool is_shortage(int error) noexcept {
    return error == EMFILE || error == ENFILE || error == ENOMEM || error == ENOBUFS;
}

/// @throws std::system_error that names `what`, if it is one.
inline void throw_if_shortage(int error, const std::string& what) {
    if (is_shortage(error)) throw std::system_error(error, std::system_category(), what);
}

/// The same for what has been opened, and then cannot be read to its end.
/// @throws std::system_error unless it has gone meanwhile, or is not shown to us.
inline void throw_unless_gone(int error, const std::string& what) {
    const bool gone = error == ENOENT || error == ESRCH || error == ENODEV || error == ENXIO;
    const bool refused = error == EACCES || error == EPERM;
    if (!gone && !refused) throw std::system_error(error, std::system_category(), what);
}

}  // namespace loopingcall::device::detail
