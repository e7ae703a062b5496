#pragma once

#include <loopingcall/detail/saturating_add.hpp>
#include <loopingcall/time.hpp>

// Sums and products of times that end at the limits of their type instead of overflowing.
namespace loopingcall::detail {

/// `nanoseconds` to the nearest whole one, within [0, Duration::max()].
[[nodiscard]] Duration to_duration(double nanoseconds) noexcept;

/// The part `share`, from [0, 1), of `whole`: less than it.
[[nodiscard]] Duration scaled(Duration whole, double share) noexcept;

/// `due`, moved by `jitter * interval * (2 * uniform - 1)`.
[[nodiscard]] TimePoint jittered(TimePoint due, Duration interval, double jitter,
                                 double uniform) noexcept;

/// The first whole multiple of `step`, greater than zero, from the clock's own zero, that is at
/// `point` or later; or the end of time.
[[nodiscard]] TimePoint rounded_up(TimePoint point, Duration step) noexcept;

}  // namespace loopingcall::detail
