#include "dynamic_schedule.hpp"

#include <algorithm>
#include <stdexcept>

#include "grid.hpp"

namespace loopingcall::detail {

namespace {

OnError policy_of(const DynamicOptions& options) {
    OnError on_error = options.on_error;
    const bool goes_on = on_error.action == OnError::stop && !options.stop_on_exception;
    if (goes_on) on_error.action = OnError::keep_schedule;
    return on_error;
}

}  // namespace

DynamicSchedule::DynamicSchedule(const DynamicOptions& options)
    : max_(options.periodic_interval_max) {
    const OnError on_error = policy_of(options);
    if (on_error.action == OnError::stop) return;
    rare_ = std::make_unique<Rare>(Rare{FailurePolicy(on_error), Random(options.random)});
}

Plan DynamicSchedule::first(TimePoint /*now*/, TimePoint origin) {
    return delayed(origin, Duration::zero(), DelayReason::after);
}

std::variant<Plan, End> DynamicSchedule::next(const CallResult& result, const EndedCall& call,
                                              double uniform) {
    if (const auto* failure = std::get_if<Failure>(&result)) {
        return after_failure(*failure, call.ended, uniform);
    }
    if (rare_) rare_->failures.succeeded();
    if (const auto* named = std::get_if<After>(&result)) {
        last_ = std::min(named->delay, max_.value_or(Duration::max()));
        return delayed(call.ended, *last_, DelayReason::after);
    }
    if (max_) return delayed(call.ended, *max_, DelayReason::interval);
    return End{StopReason::failed,
               std::make_exception_ptr(std::invalid_argument(
                   "the body named no delay, and periodic_interval_max is not set"))};
}

std::variant<Plan, End> DynamicSchedule::after_failure(const Failure& failure, TimePoint now,
                                                       double uniform) {
    const End end{StopReason::failed, failure.error};
    if (!rare_ || !rare_->failures.failed()) return end;
    if (rare_->failures.backs_off()) {
        return delayed(now, rare_->failures.delay(uniform), DelayReason::backoff);
    }
    const std::optional<Duration> pause = max_ ? max_ : last_;
    if (!pause) return end;
    return delayed(now, *pause, DelayReason::backoff);
}

}  // namespace loopingcall::detail
