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
    /// The systemd unit that it belongs to: "ceph-osd@3.service". A unit of a user stands behind
    /// the user's service manager: "user@1000.service/sync.service". Empty if it has none, or is in
    /// a container.
    std::string unit = {};
    /// The container that it is in, by its runtime and its name or short identifier:
    /// "docker 4f5a1b2c3d4e", "lxc web". Empty if it is in none that is known.
    std::string container = {};
    /// Whether it uses the file system that the device is a part of, and not the device itself.
    bool in_file_system = false;
};

/// How the kernel itself uses a device, which no process shows.
enum class ClaimKind : unsigned char {
    mount,      ///< a file system on it is mounted; of a mount point, one is mounted below it
    swap,       ///< it is swapped to
    holder,     ///< a stacked device is on top of it: device-mapper, md, bcache
    loop,       ///< a loop device has it as its backing file
    exclusive,  ///< it is opened exclusively (O_EXCL), by something that is not seen
    hidden,     ///< it is in use by the kernel, or by a process that is not seen
    udev,       ///< udev has events of it, or of its disk, to process
    lock,       ///< its disk is locked by systemd's convention (a BSD lock)
};

/// The kind's name, as in the source.
LOOPINGCALL_EXPORT const char* to_string(ClaimKind kind) noexcept;
LOOPINGCALL_EXPORT std::ostream& operator<<(std::ostream& stream, ClaimKind kind);

/// One use of the device by the kernel.
struct Claim {
    ClaimKind kind = ClaimKind::exclusive;
    /// The mount point, or the stacked device with its name: `dm-0 (vg-root)`. Of an exclusive or
    /// hidden use, what was inspected, or what is known of it.
    std::string detail = {};
    /// What is claimed: the device, or one of its partitions.
    std::filesystem::path path = {};
    /// What the device is to the file system if it is only a part of it: "device 2 of the btrfs",
    /// "journal of /dev/sda1", "lower directory of the overlay". Otherwise empty.
    std::string part = {};
    /// If this is a mount in another mount namespace: a process that is in there, and its name.
    /// 0 if it is a mount of the namespace of this process.
    pid_t namespace_pid = 0;
    std::string namespace_command = {};

    friend bool operator==(const Claim&, const Claim&) = default;
};

/// In words, as they follow the device's name: "mounted on /mnt", "swap", "held by dm-0 (vg-root)",
/// "device 2 of the btrfs on /srv", "mounted on /mnt in the mount namespace of 1234 (bash)".
LOOPINGCALL_EXPORT std::string to_string(const Claim& claim);

/// What a node of the tree of uses is.
enum class UseKind : unsigned char {
    device,     ///< a disk, or another block device that is built on nothing shown
    partition,  ///< of the disk above it
    stacked,    ///< a block device or file system built on the one above: device-mapper, md, btrfs
    loop,       ///< a loop device over the file or device above it
    file,       ///< a file or directory
    mount,      ///< where the file system of the device above it is mounted
    swap,       ///< the device or file above it is swapped to
    process,    ///< a process that uses what is above it
    unseen,     ///< a use whose user cannot be seen: Claim::kind exclusive or hidden
    udev,       ///< udev has events of the device above it
    lock,       ///< the lock of the disk above it is held
};

/// The kind's name, as in the source.
LOOPINGCALL_EXPORT const char* to_string(UseKind kind) noexcept;
LOOPINGCALL_EXPORT std::ostream& operator<<(std::ostream& stream, UseKind kind);

/// A device, file or process, and all that uses it.
struct Use {
    UseKind kind = UseKind::device;
    /// The node of a device, the path of a mount point, the name of a process: as it is, unescaped.
    std::string name = {};
    /// What there is to know besides: "ext4", "lvm data-root", "sfdisk 512". Unescaped.
    std::string detail = {};
    /// Of a stacked device, what made it: "lvm", "crypt", "multipath", "dm", "md", "bcache",
    /// "btrfs". Empty if it is not known.
    std::string maker = {};
    /// Of a mount that is not in this mount namespace, a process that is in its namespace; else 0.
    pid_t seen_by = 0;
    /// Of a process.
    std::optional<Holder> process = {};
    std::vector<Use> uses = {};
};

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
    /// What to do about the first obstacle, in one line: a command for a POSIX shell, such as
    /// `umount /mnt`, or a sentence. Names in it are quoted. What is on top comes first: a process,
    /// then the mount that it uses, then the device below. Empty if the device is free. This
    /// library never runs it.
    std::string advice = {};
    /// What uses the device, and what uses that: one root, or empty. It is looked up at the end of
    /// a wait alone: for a device with claims, and for each if WaitOptions::explain is set.
    std::vector<Use> tree = {};
};

/// What Report::advice says, from the other members of a report: of the tree if it is there,
/// otherwise of the claims and holders. A pure function. Empty for a device that is free.
LOOPINGCALL_EXPORT std::string advise(const Report& report);

}  // namespace loopingcall::device
