#pragma once

#include <loopingcall/back_off_looping_call.hpp>
#include <loopingcall/detail/schedule.hpp>

#include "back_off_limits.hpp"
#include "failure_policy.hpp"
#include "loop/random.hpp"

namespace loopingcall::detail {

/// Calls after delays that grow with each call without success. `BackOffLoopingCall` documents the
/// formula.
class BackOffSchedule final : public Schedule {
  public:
    explicit BackOffSchedule(const BackOffOptions& options);

    Plan first(TimePoint now, TimePoint origin) override;
    std::variant<Plan, End> next(const CallResult& result, const EndedCall& call,
                                 double uniform) override;
    [[nodiscard]] bool draws() const noexcept override { return true; }
    double draw() override { return random_.draw(); }

  private:
    Duration after_success(double factor) noexcept;
    Duration after_no_success(double factor) noexcept;
    [[nodiscard]] Duration within_limits(double nanoseconds) const noexcept;

    Duration starting_interval_;
    BackOffLimits limits_;
    double jitter_;
    double interval_;    // in nanoseconds
    Duration waited_{};  // since the last success
    FailurePolicy failures_;
    Random random_;
};

}  // namespace loopingcall::detail
