#include "retry_schedule.hpp"

#include <stdexcept>
#include <string>

#include "grid.hpp"
#include "loop/time_arithmetic.hpp"

namespace loopingcall::detail {

Plan RetrySchedule::first(TimePoint now, TimePoint origin) {
    deadline_ = saturating_add(now, deadline_after_);
    return delayed(origin, Duration::zero(), DelayReason::after);
}

std::variant<Plan, End> RetrySchedule::next(const CallResult& result, const EndedCall& call,
                                            double uniform) {
    const auto& failure = std::get<Failure>(result);
    const Duration delay = failure.delay.value_or(backoff_.delay(call.failures, uniform));
    if (delay < Duration::zero()) {
        return End{StopReason::failed, std::make_exception_ptr(std::invalid_argument(
                                           "delay_from returned " + std::to_string(delay.count()) +
                                           " ns; the delay must be zero or more"))};
    }
    const Plan plan =
        delayed(call.ended, delay, failure.delay ? DelayReason::after : DelayReason::backoff);
    const bool no_deadline = deadline_ == TimePoint::max();
    if (no_deadline || plan.due < deadline_) return plan;
    return End{StopReason::timed_out};
}

}  // namespace loopingcall::detail
