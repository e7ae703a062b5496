#pragma once

#include <cstdint>
#include <iosfwd>
#include <loopingcall/export.hpp>

namespace loopingcall {

/// What becomes of the ticks of the grid that pass while a call is still busy. Whichever it is,
/// calls never overlap, and a call that has been planned is made, however late the thread wakes up;
/// except if it comes later than `Options::misfire_grace_time` allows.
///
///     planned            0    100    200    300    400    500       the first call takes 250
///     skip               |-------------|    |      |      |         0, 300 (missed 2), 400
///     coalesce           |-------------||   |      |      |         0, 250 (missed 1), 300, 400
///     delay              |-------------||      |      |             0, 250, 350, 450
///     burst              |-------------|||  |      |      |         0, 250, 250, 300, 400
///     after_completion   |-------------|       |      |      |      0, 350, 450, 550
enum class MissedTicks : std::uint8_t {
    /// Leaves them out: the next call is at the first tick *strictly* in the future, so one that
    /// ends exactly on a tick does not serve it. Like Twisted's LoopingCall.
    skip,
    /// Makes one call for all of them at once, and keeps the grid. Its `Tick::due` is the latest of
    /// them. Like tokio's Skip and Go's ticker.
    coalesce,
    /// Makes the call at once if it is overdue, and begins a new grid wherever a call began late:
    /// two calls never begin closer together than the interval. All lateness adds up. Like
    /// oslo.service and tokio's Delay.
    delay,
    /// Makes up for every one of them, as fast as the body allows. Like tokio's Burst.
    burst,
    /// Has no grid: one interval from the end of a call to the start of the next. Like a sliding
    /// wait of Kubernetes.
    after_completion,
};

/// The policy's name, as in the source.
LOOPINGCALL_EXPORT const char* to_string(MissedTicks policy) noexcept;
LOOPINGCALL_EXPORT std::ostream& operator<<(std::ostream& stream, MissedTicks policy);

}  // namespace loopingcall
