#pragma once

#include <cstdint>
#include <filesystem>

namespace loopingcall::device::detail {

/// The number that Linux gives the first user namespace (PROC_USER_INIT_INO).
constexpr ino_t first_user_namespace = 0xEFFFFFFDU;

/// What this process may inspect of others. User id 0 proves nothing: root of a user namespace, and
/// root without capabilities, may inspect no more than an ordinary user.
struct Rights {
    std::uint64_t capabilities = 0;  ///< the effective ones, as bits
    /// Whether they count for all processes, and not for those of a user namespace alone.
    bool in_first_user_namespace = false;

    /// Whether no process is closed but by a security module.
    [[nodiscard]] bool open_all_processes() const;
    /// Whether /proc/PID/map_files may be followed.
    [[nodiscard]] bool follow_mappings() const;
};

/// The rights of the calling thread. Does not throw: a right that is not known is missing.
Rights rights_now(const std::filesystem::path& proc = "/proc");

}  // namespace loopingcall::device::detail
