#include "grid.hpp"

#include <algorithm>

#include "time_arithmetic.hpp"

namespace loopingcall::detail {

namespace {

/// The number of the last point of the grid that is not after `point`; -1 before the first.
Duration::rep index_of(TimePoint point, TimePoint grid, Duration interval) noexcept {
    return point < grid ? -1 : (point - grid) / interval;
}

}  // namespace

Plan next_point(TimePoint grid, Duration interval, TimePoint served, TimePoint now) noexcept {
    const bool on_time = served == grid && now - grid < interval;
    if (on_time) {  // nearly always; it saves two divisions
        const TimePoint due = saturating_add(grid, interval);
        return {.due = due, .begin = due};
    }
    const Duration::rep served_index = index_of(served, grid, interval);
    const Duration::rep last_index = index_of(std::max(now, served), grid, interval);
    const TimePoint due =
        last_index < 0 ? grid : saturating_add(grid + last_index * interval, interval);
    return {
        .due = due, .begin = due, .missed = static_cast<std::uint64_t>(last_index - served_index)};
}

Plan latest_point(TimePoint due, Duration interval, TimePoint now) noexcept {
    const Duration::rep passed = now < due ? 0 : (now - due) / interval;
    const TimePoint latest = due + passed * interval;
    return {.due = latest, .begin = latest, .missed = static_cast<std::uint64_t>(passed)};
}

Plan delayed(TimePoint now, Duration delay, DelayReason reason) noexcept {
    const TimePoint due = saturating_add(now, delay);
    return {.due = due, .begin = due, .reason = reason};
}

}  // namespace loopingcall::detail
