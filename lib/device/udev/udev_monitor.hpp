#pragma once

#include <vector>

#include "process/launch/descriptor.hpp"
#include "udev_event.hpp"

namespace loopingcall::device::detail {

/// Opens a socket that receives the events of the kernel and of udevd from now on. Not open, with
/// `errno`, if the kernel refuses. In a network namespace of its own it receives nothing.
process::detail::Descriptor open_udev_monitor() noexcept;

/// Whether the kernel sends its events to sockets of this network namespace: not to those that a
/// user namespace owns.
bool monitor_hears_kernel() noexcept;

struct UdevEvents {
    std::vector<UdevEvent> events = {};
    /// Whether the kernel dropped some, because they were not read in time.
    bool lost = false;
};

/// Reads the events that have come so far, without waiting. Only root's count: any user may send to
/// the address of a socket.
UdevEvents read_udev_events(int monitor);

}  // namespace loopingcall::device::detail
