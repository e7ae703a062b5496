#pragma once

#include <cstdint>
#include <loopingcall/on_error.hpp>

namespace loopingcall::detail {

/// `OnError` for the schedules without a grid: how many calls have failed in a row, and whether the
/// loop goes on.
class FailurePolicy {
  public:
    explicit FailurePolicy(const OnError& on_error) : on_error_(on_error) {}

    void succeeded() noexcept { in_a_row_ = 0; }

    /// @return whether the loop goes on.
    bool failed() noexcept {
        ++in_a_row_;
        const bool too_many = on_error_.max_in_a_row && in_a_row_ >= *on_error_.max_in_a_row;
        return on_error_.action != OnError::stop && !too_many;
    }

    /// Whether the next call comes after delay().
    [[nodiscard]] bool backs_off() const noexcept { return on_error_.action == OnError::backoff; }

    /// The delay after the failure.
    /// @param uniform  from [0, 1), if draws().
    [[nodiscard]] Duration delay(double uniform) const noexcept {
        return on_error_.delays.delay(in_a_row_, uniform);
    }

    [[nodiscard]] bool draws() const noexcept { return backs_off() && on_error_.delays.jitter > 0; }

  private:
    OnError on_error_;
    std::uint64_t in_a_row_ = 0;
};

}  // namespace loopingcall::detail
