#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace loopingcall::device::detail {

/// A block device as sysfs shows it. All of these read `sysfs`, which is /sys except in tests.
struct BlockDevice {
    std::string name = {};  // in sysfs: "sda1", "dm-0"
    dev_t number = 0;
    std::filesystem::path node = {};  // in /dev
};

/// The entries of a directory, with their paths, sorted. A directory that is not there is empty.
std::vector<std::filesystem::path> entries_of(const std::filesystem::path& directory);

/// The number in the file `dev` of a device's directory; 0 if it shows none.
dev_t number_of(const std::filesystem::path& directory);

/// The kernel's name of a device, as sysfs shows it; empty if it does not.
std::string name_of(dev_t device, const std::filesystem::path& sysfs);

/// Whether sysfs shows this device. If not, nothing can be said about its relatives.
bool is_shown(dev_t device, const std::filesystem::path& sysfs);

/// The partitions of a disk; none of a partition.
std::vector<BlockDevice> partitions_of(dev_t disk, const std::filesystem::path& sysfs);

/// The disk of a partition, or the device itself.
BlockDevice whole_disk_of(dev_t device, const std::filesystem::path& sysfs);

/// The devices that are made of this one, those made of them, and so on.
std::vector<BlockDevice> holders_of(dev_t device, const std::filesystem::path& sysfs);

/// With the name that device-mapper or md gave it: "dm-0 (vg-root)".
std::string full_name(const BlockDevice& device, const std::filesystem::path& sysfs);

/// A loop device that has something behind it.
struct BoundLoop {
    BlockDevice device = {};
    std::string backing_name =
        {};                      ///< as sysfs shows it: it follows a rename, and may be wrong here
    std::uint64_t sequence = 0;  ///< of the binding; 0 if the kernel does not count them
};

std::vector<BoundLoop> bound_loops(const std::filesystem::path& sysfs);

/// Whether a device has the directory that names its holders. If not, nothing is known of them. The
/// kernel makes it after the device and removes it before: a missing one is awaited for 76 ms, as
/// long as the device is there.
bool shows_holders(dev_t device, const std::filesystem::path& sysfs);

}  // namespace loopingcall::device::detail
