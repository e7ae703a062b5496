#pragma once

#include <chrono>
#include <concepts>
#include <cstdint>
#include <limits>
#include <numeric>
#include <ratio>
#include <stdexcept>

namespace loopingcall::detail {

using Nanoseconds = std::chrono::duration<std::int64_t, std::nano>;

#ifndef __SIZEOF_INT128__
#error "LoopingCall needs a 64-bit target: this one has no integers of 128 bits"
#endif
__extension__ using Wide = unsigned __int128;

inline constexpr Nanoseconds saturated(bool negative) noexcept {
    return negative ? Nanoseconds::min() : Nanoseconds::max();
}

/// `magnitude` periods in whole nanoseconds, a fraction rounded up.
template <class Period>
constexpr Nanoseconds whole_nanoseconds(Wide magnitude, bool negative) noexcept {
    constexpr std::intmax_t common = std::gcd(std::nano::den, Period::den);
    constexpr Wide factor = std::nano::den / common;
    constexpr Wide divisor = Period::den / common;
    magnitude *= static_cast<Wide>(Period::num);  // fits: both are below 2^64
    if (magnitude > ~Wide{0} / factor) return saturated(negative);
    magnitude = (magnitude * factor + (divisor - 1)) / divisor;
    if (magnitude > static_cast<Wide>(Nanoseconds::max().count())) return saturated(negative);
    const auto count = static_cast<std::int64_t>(magnitude);
    return Nanoseconds{negative ? -count : count};
}

/// The same for a floating-point count. A difference from a whole number that is due to the
/// precision of the type does not count: 0.3 s are 300,000,000 ns.
template <class Rep, class Period>
constexpr Nanoseconds whole_nanoseconds(Rep count) {
    if (count != count) {
        throw std::invalid_argument(
            "a duration is NaN; it must be a number, or infinity for never");
    }
    const bool negative = count < 0;
    const long double magnitude = static_cast<long double>(negative ? -count : count) *
                                  static_cast<long double>(Period::num) *
                                  static_cast<long double>(std::nano::den) /
                                  static_cast<long double>(Period::den);
    constexpr long double limit = 9223372036854775808.0L;  // one more than the largest
    if (magnitude >= limit) return saturated(negative);
    auto whole = static_cast<std::int64_t>(magnitude);
    const long double fraction = magnitude - static_cast<long double>(whole);
    const long double precision = 2 * magnitude * std::numeric_limits<Rep>::epsilon();
    if (fraction > precision && whole < Nanoseconds::max().count()) ++whole;
    return Nanoseconds{negative ? -whole : whole};
}

template <class Rep>
inline constexpr bool is_integer_count = std::integral<Rep> && sizeof(Rep) <= sizeof(std::int64_t);

/// `duration` in nanoseconds, whatever its unit. A fraction of one is rounded away from zero, so
/// that a wait is never too short and a negative duration stays one. Too large is the largest
/// value, too small the smallest.
/// @throws std::invalid_argument if it is not a number.
template <class Rep, class Period>
constexpr Nanoseconds to_nanoseconds(const std::chrono::duration<Rep, Period>& duration) {
    if constexpr (std::same_as<std::chrono::duration<Rep, Period>, Nanoseconds>) {
        return duration;
    } else if constexpr (is_integer_count<Rep>) {
        const bool negative = duration.count() < Rep{0};
        const auto count = static_cast<std::uint64_t>(duration.count());
        return whole_nanoseconds<Period>(Wide{negative ? 0 - count : count}, negative);
    } else if constexpr (std::floating_point<Rep>) {
        return whole_nanoseconds<Rep, Period>(duration.count());
    } else {
        return std::chrono::ceil<Nanoseconds>(duration);  // a number of another library
    }
}

}  // namespace loopingcall::detail
