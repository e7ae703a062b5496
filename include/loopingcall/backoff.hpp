#pragma once

#include <cstdint>
#include <loopingcall/export.hpp>
#include <loopingcall/time.hpp>
#include <optional>

namespace loopingcall {

/// How long to wait after a failure: longer after each one in a row. A value without state, so that
/// any number of loops and retries may share one.
///
///     Backoff{.initial = 10ms}                      10, 20, 40, 80, ... ms
///     Backoff{.initial = 10ms, .multiplier = 1}     10, 10, 10, ... ms
///     Backoff{.increment = 2s}                      2, 4, 6, ... s (oslo's RetryDecorator)
///
/// After the n-th failure in a row, with a u drawn from [0, 1):
///
///     mean  = clamp(initial * multiplier^(n-1) + increment * (n-1), minimum, maximum)
///     low   = max(mean * (1 - jitter), minimum)
///     delay = low + u * (mean - low)  if there is jitter, else mean
///
/// So the maximum always holds, delays still vary when it is reached, and nothing overflows.
struct LOOPINGCALL_EXPORT Backoff {
    /// After the first failure. Zero or more. Empty: `increment` if there is one, else 1 s, or
    /// `maximum` if that is less.
    std::optional<Duration> initial = std::nullopt;

    /// Growth with each further failure. At least 1. Empty: 1 if there is an `increment`, else 2.
    std::optional<double> multiplier = std::nullopt;

    /// Added with each further failure. Zero or more.
    Duration increment = Duration::zero();

    /// No delay is shorter. Zero or more.
    Duration minimum = Duration::zero();

    /// No delay is longer. At least `minimum` and the first delay. `Duration::max()`: no limit.
    /// Empty: one minute, or `minimum` or the first delay if that is longer.
    std::optional<Duration> maximum = std::nullopt;

    /// The share of a delay that chance decides, so that many that failed together do not return
    /// together. From 0 (none) to 1 (anything between `minimum` and the mean: full jitter).
    double jitter = 0;

    /// The delay after `failures` in a row, at least 1.
    /// @param uniform  drawn from [0, 1).
    [[nodiscard]] Duration delay(std::uint64_t failures, double uniform) const noexcept;

    /// Throws `std::invalid_argument` that names the field, its value and the accepted range.
    void validate() const;
};

}  // namespace loopingcall
