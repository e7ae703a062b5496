#include <algorithm>
#include <cmath>
#include <loopingcall/backoff.hpp>

#include "require.hpp"
#include "time_arithmetic.hpp"

namespace loopingcall {

// In doubles, so that the five thousandth power is infinite rather than negative.
Duration Backoff::delay(std::uint64_t failures, double uniform) const noexcept {
    const bool linear = increment > Duration::zero();
    const auto first = static_cast<double>(
        initial.value_or(linear ? increment : Duration{std::chrono::seconds{1}}).count());
    const double growth = multiplier.value_or(linear ? 1.0 : 2.0);
    const double steps = static_cast<double>(failures) - 1;
    const double exponential = first > 0 ? first * std::pow(growth, steps) : 0;
    const double sum = exponential + static_cast<double>(increment.count()) * steps;

    const Duration mean = std::clamp(detail::to_duration(sum), minimum, maximum);
    if (!(jitter > 0)) return mean;
    const auto mean_count = static_cast<double>(mean.count());
    const Duration low = std::clamp(detail::to_duration(mean_count * (1 - jitter)), minimum, mean);
    return low + detail::scaled(mean - low, uniform);
}

void Backoff::validate() const {
    constexpr auto zero = Duration::zero();
    const Duration first = initial.value_or(zero);
    const double growth = multiplier.value_or(1);
    detail::require(first >= zero, "initial", first, "zero or more");
    detail::require(growth >= 1 && std::isfinite(growth), "multiplier", growth, "at least 1");
    detail::require(increment >= zero, "increment", increment, "zero or more");
    detail::require(minimum >= zero, "minimum", minimum, "zero or more");
    detail::require(maximum >= minimum, "maximum", maximum, "at least the minimum");
    detail::require(jitter >= 0 && jitter <= 1, "jitter", jitter, "from 0 to 1");
}

}  // namespace loopingcall
