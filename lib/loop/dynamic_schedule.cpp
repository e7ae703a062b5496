#include "dynamic_schedule.hpp"

#include <algorithm>
#include <stdexcept>

#include "grid.hpp"

namespace loopingcall::detail {

Plan DynamicSchedule::first(TimePoint /*now*/, TimePoint origin) {
    return delayed(origin, Duration::zero(), DelayReason::after);
}

std::variant<Plan, End> DynamicSchedule::next(const CallResult& result, const EndedCall& call,
                                              double /*uniform*/) {
    if (const auto* failure = std::get_if<Failure>(&result)) {
        const std::optional<Duration> pause = max_ ? max_ : last_;
        if (stop_on_exception_ || !pause) return End{StopReason::failed, failure->error};
        return delayed(call.ended, *pause, DelayReason::backoff);
    }
    if (const auto* named = std::get_if<After>(&result)) {
        last_ = std::min(named->delay, max_.value_or(Duration::max()));
        return delayed(call.ended, *last_, DelayReason::after);
    }
    if (max_) return delayed(call.ended, *max_, DelayReason::interval);
    return End{StopReason::failed,
               std::make_exception_ptr(std::invalid_argument(
                   "the body named no delay, and there is no periodic_interval_max to take"))};
}

}  // namespace loopingcall::detail
