#include "time_arithmetic.hpp"

#include <algorithm>
#include <cmath>

namespace loopingcall::detail {

// No double equals the largest Duration: the nearest one lies above it, and converting that is
// undefined.
Duration to_duration(double nanoseconds) noexcept {
    if (!(nanoseconds > 0)) return Duration::zero();
    if (nanoseconds >= static_cast<double>(Duration::max().count())) return Duration::max();
    return Duration{std::llround(nanoseconds)};
}

Duration scaled(Duration whole, double share) noexcept {
    const Duration part = to_duration(std::floor(static_cast<double>(whole.count()) * share));
    return std::clamp(part, Duration::zero(), std::max(whole - Duration{1}, Duration::zero()));
}

TimePoint jittered(TimePoint due, Duration interval, double jitter, double uniform) noexcept {
    const double range = jitter * static_cast<double>(interval.count());
    const double offset = range * (2 * uniform - 1);
    return offset < 0 ? due - to_duration(-offset) : saturating_add(due, to_duration(offset));
}

TimePoint rounded_up(TimePoint point, Duration step) noexcept {
    const Duration beyond = point.time_since_epoch() % step;
    return beyond <= Duration::zero() ? point - beyond : saturating_add(point, step - beyond);
}

}  // namespace loopingcall::detail
