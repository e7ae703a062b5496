#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <loopingcall/detail/saturating_add.hpp>
#include <loopingcall/device/wait_until_free.hpp>
#include <optional>

namespace loopingcall::device::detail {

/// A timeout of zero allows one check.
inline bool only_once(const WaitOptions& options) {
    return options.check_device_timeout == Duration::zero();
}

inline std::uint64_t max_retries(const WaitOptions& options) {
    return only_once(options) ? 1 : options.check_device_max_retries;
}

/// For how long a wait may go on after check `number`, if no check takes longer than the interval.
/// Nothing is said if one did, if there is no interval, or after the last.
/// @param next  when the next one is due.
inline std::optional<Duration> time_left(const WaitOptions& options, std::uint64_t number,
                                         TimePoint next) {
    const Duration interval = options.check_device_interval;
    if (interval <= Duration::zero() || number >= max_retries(options)) return std::nullopt;
    if (next <= std::chrono::steady_clock::now()) return std::nullopt;
    const std::uint64_t checks = max_retries(options) - number;
    const auto most = static_cast<std::uint64_t>(Duration::max() / interval);
    if (checks > most) return Duration::max();
    return loopingcall::detail::saturating_add(
               TimePoint(interval * static_cast<std::int64_t>(checks)), options.check_device_quiet)
        .time_since_epoch();
}

/// A loop needs an interval: no pause is one that is always over.
inline Duration loop_interval(const WaitOptions& options) {
    return std::max(options.check_device_interval, Duration{1});
}

}  // namespace loopingcall::device::detail
