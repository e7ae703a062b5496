#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

namespace loopingcall::device::detail {

/// A block device as sysfs shows it. All of these look into `sysfs`, which is /sys but in tests.
struct BlockDevice {
    std::string name = {};  // in sysfs: "sda1", "dm-0"
    dev_t number = 0;
    std::filesystem::path node = {};  // in /dev
};

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

/// A loop device with a backing file.
struct LoopDevice {
    std::filesystem::path node;
    std::filesystem::path backing_file;
};

std::vector<LoopDevice> loop_devices(const std::filesystem::path& sysfs);

}  // namespace loopingcall::device::detail
