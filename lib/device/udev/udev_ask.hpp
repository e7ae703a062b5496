#pragma once

#include <string>

#include "udev_disk.hpp"

namespace loopingcall::device::detail {

/// What came of asking for an event.
enum class Asked : unsigned char {
    sent,
    worker,   ///< not sent: udevd is processing an event of the disk, and another one would only
              ///< make it take longer
    refused,  ///< not root, a read-only sysfs, or a kernel before 4.13
};

/// A UUID that is unique.
std::string new_uuid();

/// Lets the kernel send a "change" event of the disk with this UUID. Of the disk, even if it is a
/// partition that is waited for: only that one waits for the events of all partitions.
/// Blocks as long as the driver does.
Asked ask_for_event(const UdevDisk& disk, const std::string& uuid, const UdevPlaces& places);

}  // namespace loopingcall::device::detail
