#pragma once

#include <chrono>

namespace loopingcall {

/// Every interval, delay and limit of this library: integer nanoseconds of a monotonic clock.
///
/// Any `std::chrono` duration with whole nanoseconds converts to it (`1s`, `250ms`). The largest
/// value, `Duration::max()`, means *never*; no arithmetic of the library overflows because of it.
using Duration = std::chrono::steady_clock::duration;

/// A point on the clock that drives a loop: the steady clock, or a `VirtualClock`, which uses the
/// same type and starts at zero, so that a body is the same under both.
using TimePoint = std::chrono::steady_clock::time_point;

}  // namespace loopingcall
