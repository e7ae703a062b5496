#pragma once

#include <loopingcall/detail/schedule.hpp>

// Where the next call is planned, as functions of values: no clock, no lock, no loop in sight.
namespace loopingcall::detail {

/// The first point of the grid `grid + k * interval`, k >= 0, after both `served` and `now`, with
/// the points left out between `served` and it.
///
/// Strictly after, as in Twisted: a call that ends exactly on a point does not serve it.
///
///     planned   0    100    200    300    400        interval 100, served 0, now 250
///     calls     |-------------|    |      |          300 (missed 2)
///
/// @param served  the last point dealt with; need not lie on the grid, and may lie before it.
[[nodiscard]] Plan next_point(TimePoint grid, Duration interval, TimePoint served,
                              TimePoint now) noexcept;

/// The last of the points `due + k * interval` that is not after `now`, with the points left out on
/// the way to it; `due` itself if `now` is before it.
[[nodiscard]] Plan latest_point(TimePoint due, Duration interval, TimePoint now) noexcept;

/// A call `delay` after `now`; it misses nothing.
[[nodiscard]] Plan delayed(TimePoint now, Duration delay, DelayReason reason) noexcept;

}  // namespace loopingcall::detail
