#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "device/evidence/evidence.hpp"
#include "device/kernel/udev_places.hpp"

namespace loopingcall::device::detail {

/// One BSD lock, as a line of /proc/locks or of a file of /proc/PID/fdinfo shows it.
struct FileLock {
    bool exclusive = false;
    pid_t pid = 0;  ///< of the process that took it, which may be gone; 0 or less: not of our PID
                    ///< namespace
    dev_t file_system = 0;
    ino_t inode = 0;
};

/// The BSD locks of /proc/locks; those that are only waited for are none. A pure function.
std::vector<FileLock> parse_locks(std::string_view text);

/// Who locks a disk by systemd's convention: a BSD lock on the node that udev uses.
struct DiskLocks {
    /// A process that holds a lock, with its name; without one if it cannot be seen.
    struct Owner {
        pid_t pid = 0;
        std::string command = {};
        bool exclusive = false;
    };
    /// Workers of udevd: a worker holds a shared lock for as long as it processes an event of the
    /// disk or of one of its partitions.
    std::vector<Owner> workers = {};
    std::vector<Owner> others = {};
    /// Whether this process or one of its ancestors holds the exclusive lock. udevd then leaves the
    /// disk alone until we are done.
    bool ours = false;
    /// Why the locks of others are unknown; empty if they are known.
    std::string problem = {};
    /// Why they are locks of another node than udevd's, which say nothing about udevd; empty if
    /// they are not. Such a lock is not `ours`: it keeps udevd from nothing.
    std::string elsewhere = {};
};

/// Looks for the locks on `node`. Blocks as long as /proc and the file system of the node do.
///
/// Reads /proc/locks, unless the lock is ours: that stops every process that takes or releases a
/// lock, and takes the kernel some 15 ms (it waits until no processor uses the list). So this is
/// not for polling.
DiskLocks find_disk_locks(const std::string& node, const UdevPlaces& places = {});

/// Whether this process or one of its ancestors holds the exclusive lock on `node`, and that is the
/// node that udevd locks.
bool is_locked_by_us(const std::string& node, const UdevPlaces& places = {});

/// Whether one of these owners holds a lock on `node` still, as far as its descriptors show. For
/// polling: others may have the lock as well.
bool has_owner_still(const DiskLocks& locks, const std::string& node,
                     const UdevPlaces& places = {});

/// What the source "lock" says of a disk. A pure function.
Answer lock_answer(const DiskLocks& locks, const std::filesystem::path& node);

}  // namespace loopingcall::device::detail
