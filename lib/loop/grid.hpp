#pragma once

#include <loopingcall/detail/schedule.hpp>

// Where the next call is planned, as functions of values: no clock, no lock, no loop in sight.
namespace loopingcall::detail {

/// The first point of the grid `grid + k * interval`, k >= 0, after `now`, and how many points are
/// left out on the way to it.
///
/// Strictly after, as in Twisted: a call that ends exactly on a point does not serve it.
///
///     planned   0    100    200    300    400        interval 100, grid 0 is served, now 250
///     calls     |-------------|    |      |          300 (missed 2)
///
/// @param served  whether the point `grid` is dealt with: then the next one comes after it even if
///        `now` does not, since jitter may have a call begin early.
[[nodiscard]] Plan next_point(TimePoint grid, Duration interval, bool served,
                              TimePoint now) noexcept;

/// The last of the points `due + k * interval` that is not after `now`, with the points left out on
/// the way to it; `due` itself if `now` is before it.
[[nodiscard]] Plan latest_point(TimePoint due, Duration interval, TimePoint now) noexcept;

/// A call `delay` after `now`; it misses nothing.
[[nodiscard]] Plan delayed(TimePoint now, Duration delay, DelayReason reason) noexcept;

}  // namespace loopingcall::detail
