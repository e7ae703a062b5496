#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

#include "device/kernel/udev_places.hpp"

namespace loopingcall::device::detail {

/// The whole disk of a block device, as udevd knows it.
struct UdevDisk {
    dev_t number = 0;
    std::string path = {};  ///< in sysfs: /devices/virtual/block/loop0
    /// The node that udevd watches and locks. A lock on another node of the same number is another
    /// lock.
    std::filesystem::path node = {};
    /// The nodes of the disk and of its partitions: udevd processes an event when a writer closes
    /// one of them.
    std::vector<std::filesystem::path> nodes = {};
    /// Whether udevd has these nodes, and not others of the same numbers.
    bool has_nodes_of_udevd = false;
    /// What makes the kernel send an event of the disk.
    std::filesystem::path uevent_file = {};
    /// Whether its lock keeps udevd away, and does no harm: udevd locks neither device-mapper, md
    /// nor drbd, and an open zram device cannot be reset.
    bool lockable = false;
    /// Whether an event may be asked for: device-mapper's own events carry a cookie, without which
    /// its rules may treat the device as not ready.
    bool takes_events = false;
};

/// Looks in sysfs. Blocks no longer than sysfs does.
UdevDisk find_udev_disk(dev_t device, const UdevPlaces& places = {});

}  // namespace loopingcall::device::detail
