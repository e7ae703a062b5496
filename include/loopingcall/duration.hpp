#pragma once

#include <chrono>
#include <concepts>
#include <loopingcall/detail/to_nanoseconds.hpp>
#include <type_traits>

namespace loopingcall {

/// Every interval, delay and limit that this library takes: integer nanoseconds, made of any
/// `std::chrono` duration without overflow.
///
///     Options{.interval = 250ms}
///     Options{.interval = std::chrono::duration<double>{0.25}}
///     Options{.timeout = std::chrono::seconds::max()}             never
///
/// A duration that is too long becomes `Duration::max()`, which means *never*; no arithmetic of the
/// library overflows because of it. A fraction of a nanosecond is rounded up (a negative one down,
/// so that it stays negative).
///
/// It is a `std::chrono::nanoseconds`, and compares, converts and prints as one; sums, differences
/// and multiples are a `Duration` again, and end at its limits. Results of the library, such as
/// `Stats::max_lateness`, are plain `std::chrono::nanoseconds`.
class Duration : public std::chrono::nanoseconds {
    using Base = std::chrono::nanoseconds;

    template <class Number>
    static constexpr bool is_number = std::is_arithmetic_v<Number>;

  public:
    Duration() = default;

    /// So many nanoseconds.
    template <std::integral Count>
    explicit constexpr Duration(Count count) noexcept : Base(count) {}

    /// @throws std::invalid_argument if the count is NaN.
    template <class Rep, class Period>
    constexpr Duration(const std::chrono::duration<Rep, Period>& other) noexcept(
        !std::floating_point<Rep>)
        : Base(detail::to_nanoseconds(other)) {}

    static constexpr Duration zero() noexcept { return Duration{0}; }
    static constexpr Duration min() noexcept { return Base::min(); }
    static constexpr Duration max() noexcept { return Base::max(); }

    constexpr Duration operator-() const noexcept { return zero() - *this; }

    friend constexpr Duration operator+(Duration a, Duration b) noexcept {
        rep sum = 0;
        if (__builtin_add_overflow(a.count(), b.count(), &sum)) return limit(b.count() < 0);
        return Duration{sum};
    }
    friend constexpr Duration operator-(Duration a, Duration b) noexcept {
        rep difference = 0;
        if (__builtin_sub_overflow(a.count(), b.count(), &difference)) return limit(b.count() > 0);
        return Duration{difference};
    }
    template <class Number>
    requires is_number<Number>
    friend constexpr Duration operator*(Duration a, Number factor) {
        if constexpr (std::floating_point<Number>) {
            using Product = std::chrono::duration<Number, std::nano>;
            return Product{static_cast<Number>(a.count()) * factor};
        } else {
            rep product = 0;
            const bool overflows = __builtin_mul_overflow(a.count(), factor, &product);
            return overflows ? limit((a.count() < 0) != (factor < Number{0})) : Duration{product};
        }
    }
    template <class Number>
    requires is_number<Number>
    friend constexpr Duration operator*(Number factor, Duration a) { return a * factor; }

    template <class Number>
    requires is_number<Number>
    friend constexpr Duration operator/(Duration a, Number divisor) {
        return static_cast<const Base&>(a) / divisor;
    }

    /// @name The same with a duration of any unit, which is made a `Duration` first
    /// @{
    template <class Rep, class Period>
    friend constexpr Duration operator+(Duration a, const std::chrono::duration<Rep, Period>& b) {
        return a + Duration{b};
    }
    template <class Rep, class Period>
    friend constexpr Duration operator+(const std::chrono::duration<Rep, Period>& a, Duration b) {
        return Duration{a} + b;
    }
    template <class Rep, class Period>
    friend constexpr Duration operator-(Duration a, const std::chrono::duration<Rep, Period>& b) {
        return a - Duration{b};
    }
    template <class Rep, class Period>
    friend constexpr Duration operator-(const std::chrono::duration<Rep, Period>& a, Duration b) {
        return Duration{a} - b;
    }
    /// @}

  private:
    static constexpr Duration limit(bool negative) noexcept { return negative ? min() : max(); }
};

}  // namespace loopingcall
