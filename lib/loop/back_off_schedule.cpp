#include "back_off_schedule.hpp"

#include <algorithm>

#include "grid.hpp"
#include "time_arithmetic.hpp"

namespace loopingcall::detail {

namespace {
double nanoseconds(Duration duration) { return static_cast<double>(duration.count()); }
}  // namespace

BackOffSchedule::BackOffSchedule(const BackOffOptions& options)
    : starting_interval_(options.starting_interval),
      min_interval_(options.min_interval),
      max_interval_(options.max_interval),
      timeout_(options.timeout.value_or(Duration::max())),
      jitter_(options.jitter),
      interval_(nanoseconds(options.starting_interval)),
      random_(options.random) {}

Plan BackOffSchedule::first(TimePoint /*now*/, TimePoint origin) {
    return delayed(origin, Duration::zero(), DelayReason::after);
}

std::variant<Plan, End> BackOffSchedule::next(const CallResult& result, const EndedCall& call,
                                              double uniform) {
    const double factor = jitter_ * (1 + 0.2 * (2 * uniform - 1));
    const auto* failure = std::get_if<Failure>(&result);
    if (!failure) {
        waited_ = Duration::zero();
        return delayed(call.ended, after_success(factor), DelayReason::interval);
    }
    if (failure->error) return End{StopReason::failed, failure->error};
    const Duration delay = after_no_success(factor);
    if (delay > timeout_ - waited_) return End{StopReason::timed_out};
    waited_ += delay;
    return delayed(call.ended, delay, DelayReason::backoff);
}

Duration BackOffSchedule::after_success(double factor) noexcept {
    interval_ = nanoseconds(starting_interval_);
    return within_limits(interval_ * factor);
}

Duration BackOffSchedule::after_no_success(double factor) noexcept {
    const double grown = 2 * interval_ * jitter_;
    const double max = nanoseconds(max_interval_);
    interval_ = std::min(std::max(grown, nanoseconds(min_interval_)), max);
    return within_limits(std::min(grown, max) * factor / jitter_);
}

Duration BackOffSchedule::within_limits(double nanoseconds) const noexcept {
    return std::clamp(to_duration(nanoseconds), min_interval_, max_interval_);
}

}  // namespace loopingcall::detail
