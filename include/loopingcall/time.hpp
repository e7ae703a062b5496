#pragma once

#include <chrono>
#include <loopingcall/duration.hpp>
#include <type_traits>

namespace loopingcall {

/// A point on the clock that drives a loop: the steady clock, or a `VirtualClock`, which uses the
/// same type and starts at zero, so that a body is the same under both.
using TimePoint = std::chrono::steady_clock::time_point;

static_assert(std::is_same_v<TimePoint::duration, std::chrono::nanoseconds>,
              "the steady clock of this C++ library does not count nanoseconds");

}  // namespace loopingcall
