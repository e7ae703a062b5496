#pragma once

#include <chrono>
#include <string_view>

namespace loopingcall::config::detail {

/// What the text of a duration says, or why it says none.
struct DurationText {
    enum class Problem : unsigned char {
        none,
        not_a_duration,
        too_fine,  ///< has digits below a nanosecond
        too_large
    };

    std::chrono::nanoseconds value{0};
    Problem problem = Problem::none;
};

/// Reads what parse_duration() reads. A pure function.
[[nodiscard]] DurationText read_duration(std::string_view text) noexcept;

}  // namespace loopingcall::config::detail
