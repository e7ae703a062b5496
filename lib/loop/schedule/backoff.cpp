#include <algorithm>
#include <cmath>
#include <loopingcall/backoff.hpp>

#include "loop/require.hpp"
#include "loop/time_arithmetic.hpp"

namespace loopingcall {

namespace {

constexpr Duration zero = Duration::zero();
constexpr Duration default_initial = std::chrono::seconds{1};
constexpr Duration default_maximum = std::chrono::minutes{1};

/// The first delay, if one was given.
std::optional<Duration> given_first(const Backoff& backoff) noexcept {
    if (backoff.initial || backoff.increment <= zero) return backoff.initial;
    return backoff.increment;
}

Duration first_delay(const Backoff& backoff) noexcept {
    return given_first(backoff).value_or(
        std::min(default_initial, backoff.maximum.value_or(default_initial)));
}

/// A default cap cuts nothing that was given.
Duration cap(const Backoff& backoff) noexcept {
    return backoff.maximum.value_or(
        std::max({default_maximum, first_delay(backoff), backoff.minimum}));
}

}  // namespace

// In doubles, so that the five thousandth power is infinite rather than negative.
Duration Backoff::delay(std::uint64_t failures, double uniform) const noexcept {
    const auto first = static_cast<double>(first_delay(*this).count());
    const double growth = multiplier.value_or(increment > zero ? 1.0 : 2.0);
    const double steps = static_cast<double>(failures) - 1;
    const double exponential = first > 0 ? first * std::pow(growth, steps) : 0;
    const double sum = exponential + static_cast<double>(increment.count()) * steps;

    const Duration mean = std::clamp(detail::to_duration(sum), minimum, cap(*this));
    if (!(jitter > 0)) return mean;
    const auto mean_count = static_cast<double>(mean.count());
    const Duration low = std::clamp(detail::to_duration(mean_count * (1 - jitter)), minimum, mean);
    return low + detail::scaled(mean - low, uniform);
}

void Backoff::validate() const {
    const Duration first = initial.value_or(zero);
    const double growth = multiplier.value_or(1);
    detail::require(first >= zero, "initial", first, "zero or more");
    detail::require(growth >= 1 && std::isfinite(growth), "multiplier", growth, "at least 1");
    detail::require(increment >= zero, "increment", increment, "zero or more");
    detail::require(minimum >= zero, "minimum", minimum, "zero or more");
    detail::require(jitter >= 0 && jitter <= 1, "jitter", jitter, "from 0 to 1");
    if (!maximum) return;
    detail::require(*maximum >= minimum, "maximum", *maximum, "at least the minimum");
    detail::require(*maximum >= given_first(*this).value_or(zero), "maximum", *maximum,
                    "at least the first delay (initial, or else increment)");
}

}  // namespace loopingcall
