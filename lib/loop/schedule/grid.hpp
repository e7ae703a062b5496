#pragma once

#include <loopingcall/detail/schedule.hpp>

#include "loop/time_arithmetic.hpp"

// Where the next call is planned, as functions of values: no clock, no lock, no loop in sight.
// Inline, because each tick needs them.
namespace loopingcall::detail {

/// The first tick of the grid `grid + k * interval`, k >= 0, after `now`, and how many ticks are
/// left out on the way to it.
///
/// Strictly after, as in Twisted: a call that ends exactly on a tick does not serve it.
///
///     planned   0    100    200    300    400        interval 100, grid 0 is served, now 250
///     calls     |-------------|    |      |          300 (missed 2)
///
/// @param served  whether the tick `grid` is dealt with: then the next one comes after it even if
///        `now` does not, since jitter may have a call begin early.
[[nodiscard]] inline Plan next_point(TimePoint grid, Duration interval, bool served,
                                     TimePoint now) noexcept {
    if (!served && now < grid) return {.due = grid, .begin = grid};
    // Nearly always none have passed, which saves a division.
    const Duration::rep passed = now - grid < interval ? 0 : (now - grid) / interval;
    const TimePoint due = saturating_add(grid + passed * interval, interval);
    const Duration::rep missed = served ? passed : passed + 1;
    return {.due = due, .begin = due, .missed = static_cast<std::uint64_t>(missed)};
}

/// The last of the ticks `due + k * interval` that is not after `now`, with the ticks left out on
/// the way to it; `due` itself if `now` is before it.
[[nodiscard]] inline Plan latest_point(TimePoint due, Duration interval, TimePoint now) noexcept {
    const Duration::rep passed = now - due < interval ? 0 : (now - due) / interval;
    const TimePoint latest = due + passed * interval;
    return {.due = latest, .begin = latest, .missed = static_cast<std::uint64_t>(passed)};
}

/// A call `delay` after `now`; it misses nothing.
[[nodiscard]] inline Plan delayed(TimePoint now, Duration delay, DelayReason reason) noexcept {
    const TimePoint due = saturating_add(now, delay);
    return {.due = due, .begin = due, .reason = reason};
}

}  // namespace loopingcall::detail
