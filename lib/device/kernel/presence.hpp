#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>

namespace loopingcall::device::detail {

/// The directory of a block device in sysfs.
std::filesystem::path directory_of(dev_t device, const std::filesystem::path& sysfs);

/// Which life of a block device this is: the inode of its directory in sysfs, which the kernel
/// makes with the device. A partition that is removed and made again keeps its name and number, but
/// not that. 0 if sysfs does not show it.
std::uint64_t life_of(dev_t device, const std::filesystem::path& sysfs = "/sys");

/// Whether there is only a node left of it, as in a container, whose /dev udev does not tend: sysfs
/// shows block devices, but not this one.
bool is_gone(dev_t device, const std::filesystem::path& sysfs = "/sys");

}  // namespace loopingcall::device::detail
