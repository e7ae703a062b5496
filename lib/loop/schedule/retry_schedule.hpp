#pragma once

#include <loopingcall/backoff.hpp>
#include <loopingcall/detail/schedule.hpp>

#include "loop/random.hpp"

namespace loopingcall::detail {

/// Attempts until one succeeds. A delay that does not end before the deadline is not begun.
class RetrySchedule final : public Schedule {
  public:
    RetrySchedule(const Backoff& backoff, Duration deadline, Random random)
        : backoff_(backoff), deadline_after_(deadline), random_(std::move(random)) {}

    Plan first(TimePoint now, TimePoint origin) override;
    std::variant<Plan, End> next(const CallResult& result, const EndedCall& call,
                                 double uniform) override;
    [[nodiscard]] bool draws() const noexcept override { return backoff_.jitter > 0; }
    double draw() override { return random_.draw(); }

  private:
    Backoff backoff_;
    Duration deadline_after_;
    TimePoint deadline_;
    Random random_;
};

}  // namespace loopingcall::detail
