#pragma once

#include <chrono>

namespace loopingcall::detail {

/// `point + delay`, for a delay of zero or more; the end of time if the sum is beyond it.
[[nodiscard]] constexpr std::chrono::steady_clock::time_point saturating_add(
    std::chrono::steady_clock::time_point point, std::chrono::nanoseconds delay) noexcept {
    using Point = std::chrono::steady_clock::time_point;
    const bool beyond = point > Point{} && delay > Point::max() - point;
    return beyond ? Point::max() : point + delay;
}

}  // namespace loopingcall::detail
