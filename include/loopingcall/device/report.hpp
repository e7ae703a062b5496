#pragma once

#include <sys/types.h>
#include <loopingcall/device/evidence.hpp>
#include <loopingcall/export.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

namespace loopingcall::device {

/// The state of a device. Free only if every source of evidence that applies was read and shows no
/// use; busy only if a use is known. Otherwise unknown: a missing device, or a probe that failed.
enum class State : unsigned char { free, busy, unknown };

/// The state's name, as in the source.
LOOPINGCALL_EXPORT const char* to_string(State state) noexcept;
LOOPINGCALL_EXPORT std::ostream& operator<<(std::ostream& stream, State state);

/// A process that uses the device.
struct Holder {
    pid_t pid = 0;
    /// Its name, from /proc/PID/comm. Empty if it has ended meanwhile.
    std::string command = {};
    /// Its owner's name in /etc/passwd, else the number. Empty if it has ended meanwhile.
    std::string user = {};
    /// How: open, cwd, root, exe, mmap. Empty if the probe does not report it.
    std::vector<std::string> access = {};
    /// What it uses: the device, or one of its partitions, with symbolic links resolved.
    std::filesystem::path path = {};
    /// Since when the process runs. Empty if it has ended meanwhile.
    std::optional<std::chrono::system_clock::time_point> since = {};
    /// The same in clock ticks after boot, as in /proc/PID/stat: with the pid, it names a process
    /// for good. 0 if it has ended meanwhile.
    std::uint64_t start_time = 0;
};

/// How the kernel itself uses a device, which no process shows.
enum class ClaimKind : unsigned char {
    mount,      ///< a file system on it is mounted
    swap,       ///< it is swapped to
    holder,     ///< a stacked device is on top of it: device-mapper, md, bcache
    loop,       ///< a loop device has it as its backing file
    exclusive,  ///< it is opened exclusively (O_EXCL), by something that is not seen
    hidden,     ///< the file is open in the kernel, or in a process that is not seen
    udev,       ///< udev has events of it, or of its disk, to process
    lock,       ///< its disk is locked by systemd's convention (a BSD lock)
};

/// The kind's name, as in the source.
LOOPINGCALL_EXPORT const char* to_string(ClaimKind kind) noexcept;
LOOPINGCALL_EXPORT std::ostream& operator<<(std::ostream& stream, ClaimKind kind);

/// One use of the device by the kernel.
struct Claim {
    ClaimKind kind = ClaimKind::exclusive;
    /// The mount point, or the stacked device with its name: `dm-0 (vg-root)`.
    std::string detail = {};
    /// What is claimed: the device, or one of its partitions.
    std::filesystem::path path = {};

    friend bool operator==(const Claim&, const Claim&) = default;
};

/// In words, as they follow the device's name: "mounted on /mnt", "swap", "held by dm-0 (vg-root)".
LOOPINGCALL_EXPORT std::string to_string(const Claim& claim);

/// What one check of a device found.
struct Report {
    /// The device as the caller named it.
    std::filesystem::path device = {};
    State state = State::unknown;
    /// The processes that use it. Never this process itself.
    std::vector<Holder> holders = {};
    /// How the kernel uses it.
    std::vector<Claim> claims = {};
    /// Number of processes that could not be inspected. If it is not 0, `free` is partial: one of
    /// these processes may hold the device.
    std::size_t uninspected_processes = 0;
    /// Why the state is unknown, for a human; empty otherwise.
    std::string reason = {};
    /// What changed since the check before: partitions that appeared or disappeared.
    std::vector<std::string> changes = {};
    /// Which device or file was checked, independent of its name. Empty if there was none.
    std::string identity = {};
    /// What the state does not cover, for a human: what lies below a directory. Mostly empty.
    std::string scope = {};
    /// Further output of the probe, unchanged.
    std::string diagnostics = {};
    /// What each source of evidence shows, in a fixed order. Empty if the check ended before that.
    std::vector<EvidenceItem> evidence = {};
};

}  // namespace loopingcall::device
