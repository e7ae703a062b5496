#include "grid.hpp"

#include "time_arithmetic.hpp"

namespace loopingcall::detail {

Plan next_point(TimePoint grid, Duration interval, bool served, TimePoint now) noexcept {
    if (!served && now < grid) return {.due = grid, .begin = grid};
    // Nearly always none have passed, which saves a division.
    const Duration::rep passed = now - grid < interval ? 0 : (now - grid) / interval;
    const TimePoint due = saturating_add(grid + passed * interval, interval);
    const Duration::rep missed = served ? passed : passed + 1;
    return {.due = due, .begin = due, .missed = static_cast<std::uint64_t>(missed)};
}

Plan latest_point(TimePoint due, Duration interval, TimePoint now) noexcept {
    const Duration::rep passed = now - due < interval ? 0 : (now - due) / interval;
    const TimePoint latest = due + passed * interval;
    return {.due = latest, .begin = latest, .missed = static_cast<std::uint64_t>(passed)};
}

Plan delayed(TimePoint now, Duration delay, DelayReason reason) noexcept {
    const TimePoint due = saturating_add(now, delay);
    return {.due = due, .begin = due, .reason = reason};
}

}  // namespace loopingcall::detail
