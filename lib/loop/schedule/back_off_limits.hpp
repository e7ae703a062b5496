#pragma once

#include <algorithm>
#include <loopingcall/back_off_looping_call.hpp>
#include <optional>

namespace loopingcall::detail {

/// The limits of a `BackOffLoopingCall`, where a default gives way to whatever was given.
struct BackOffLimits {
    explicit BackOffLimits(const BackOffOptions& options)
        : min_interval(options.min_interval.value_or(
              std::min<Duration>(std::chrono::milliseconds{1}, options.starting_interval))),
          max_interval(options.max_interval.value_or(std::max<Duration>(
              {std::chrono::minutes{5}, options.starting_interval, min_interval}))),
          timeout(options.timeout) {
        const Duration first = std::max(options.starting_interval, min_interval);
        const bool undoes = options.max_calls || (timeout && first >= *timeout);
        if (options.timeout.is_default() && undoes) timeout.reset();
    }

    Duration min_interval;
    Duration max_interval;
    std::optional<Duration> timeout;  ///< empty: none
};

}  // namespace loopingcall::detail
