#pragma once

#include <loopingcall/time.hpp>
#include <optional>

#include "udev_control.hpp"

namespace loopingcall::device::detail {

/// All that is known while a disk is to be settled.
struct SettleFacts {
    /// How the ping ended; nothing while it lasts.
    std::optional<Ping> ping = {};
    /// Whether udevd has events of any device to process: /run/udev/queue exists.
    bool queue = false;
    /// Since the settling has begun.
    Duration elapsed{0};
    /// Since the last ping has begun: another closing of the disk makes one.
    Duration since_ping{0};
    /// Whether an event may be asked for: only udevd seems to use the disk, and neither the
    /// kernel nor the caller forbids it.
    bool may_ask = false;
    /// Echoes that have come, and whether one is awaited.
    int echoes = 0;
    bool awaits_echo = false;
    /// Since udevd has answered, an event of the disk that another program has asked for has been
    /// processed, or is awaited.
    bool later_event = false;
    bool awaits_later_event = false;
    /// Whether other events of the disk are known to be queued or in process.
    bool events = false;
};

/// What to do next.
enum class SettleStep : unsigned char {
    absent,    ///< nothing: no udevd runs
    settled,   ///< nothing: all earlier events of the disk are processed
    unproven,  ///< nothing: no event is queued, and nothing can prove that udevd has read all
    wait,      ///< wait for a change
    ask,       ///< ask the kernel for an event of the disk, whose echo answers
};

/// How long udevd may be busy with any device before the disk's own echo decides: an echo costs one
/// more run of the disk's rules.
inline constexpr Duration queue_patience = std::chrono::milliseconds{200};

/// How long a check waits for the echo of an event of the disk.
inline constexpr Duration echo_patience = std::chrono::seconds{1};

/// How long to wait before the first look at the queue if udevd does not answer pings: it mostly
/// reads a closing a moment after it has happened. It need not: udevd may be stopped.
inline constexpr Duration reading_time = std::chrono::milliseconds{20};

/// An event waits in udevd for all earlier events of the same disk and of its partitions. So the
/// echo of an event of the disk proves that they are processed, whatever other disks do. A closing
/// becomes an event only when udevd has read it, which a ping proves; without one, two echoes in a
/// row do: udevd reads closings while it processes the first. Several programs that wait for the
/// same disk use each other's echoes, and would wait for each other for ever otherwise. Time proves
/// nothing. Nothing is asked for before a ping has ended: a udevd that hangs would have one event
/// more to process. A pure function.
SettleStep next_step(const SettleFacts& facts) noexcept;

}  // namespace loopingcall::device::detail
