#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace loopingcall::device::detail {

/// What a message of the kernel or of udevd says of a device.
struct UdevEvent {
    /// Whether udevd sends it, after it has processed the event; otherwise the kernel.
    bool processed = false;
    std::string path = {};  ///< in sysfs: /devices/virtual/block/loop0
    std::uint64_t sequence = 0;
    /// The UUID of an event that a program asked for (SYNTH_UUID).
    std::string uuid = {};
};

/// Reads a message of the netlink family NETLINK_KOBJECT_UEVENT: of group 1, the kernel's, or of
/// group 2, udevd's. Nothing if it has neither form. A pure function.
std::optional<UdevEvent> parse_udev_event(std::string_view message);

/// A UUID in the form that the `uevent` file of a device takes. A pure function.
std::string uuid_of(std::uint64_t high, std::uint64_t low);

}  // namespace loopingcall::device::detail
