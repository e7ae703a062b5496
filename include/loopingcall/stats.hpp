#pragma once

#include <chrono>
#include <cstdint>
#include <loopingcall/time.hpp>

namespace loopingcall {

/// What a run counted. start() sets all of it to zero. Between two calls, runs + missed are the
/// ticks of the grid that have passed, unless calls were triggered or the grid was moved.
struct Stats {
    std::uint64_t runs = 0;                  ///< calls begun
    std::uint64_t failures = 0;              ///< calls that failed
    std::uint64_t consecutive_failures = 0;  ///< of them, those since the last success
    std::uint64_t missed = 0;                ///< ticks that passed without a call
    std::uint64_t overruns = 0;              ///< calls that took longer than the interval

    /// How long after it was meant to a call began, jitter allowed for: the last, the worst.
    std::chrono::nanoseconds last_lateness{0};
    std::chrono::nanoseconds max_lateness{0};

    /// How long a call took: the last that ended, the longest.
    std::chrono::nanoseconds last_duration{0};
    std::chrono::nanoseconds max_duration{0};

    /// When the next call is planned to begin; while a call is made or after the end, that of the
    /// last one.
    TimePoint next_due{};
};

}  // namespace loopingcall
