#pragma once

#include <loopingcall/detail/schedule.hpp>
#include <loopingcall/dynamic_looping_call.hpp>
#include <memory>
#include <optional>

#include "failure_policy.hpp"
#include "loop/random.hpp"

namespace loopingcall::detail {

/// Calls after delays that the body names.
class DynamicSchedule final : public Schedule {
  public:
    explicit DynamicSchedule(const DynamicOptions& options);

    Plan first(TimePoint now, TimePoint origin) override;
    std::variant<Plan, End> next(const CallResult& result, const EndedCall& call,
                                 double uniform) override;
    [[nodiscard]] bool draws() const noexcept override { return rare_ && rare_->failures.draws(); }
    double draw() override { return rare_->random.draw(); }

  private:
    /// What few loops use, kept apart because many loops are idle.
    struct Rare {
        FailurePolicy failures;
        Random random;
    };

    std::variant<Plan, End> after_failure(const Failure& failure, TimePoint now, double uniform);

    std::optional<Duration> max_;
    std::optional<Duration> last_;
    std::unique_ptr<Rare> rare_;  // null: a failure ends the loop
};

}  // namespace loopingcall::detail
