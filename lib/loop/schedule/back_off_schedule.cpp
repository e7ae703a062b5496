#include "back_off_schedule.hpp"

#include <algorithm>

#include "grid.hpp"
#include "loop/time_arithmetic.hpp"

namespace loopingcall::detail {

namespace {
double nanoseconds(Duration duration) { return static_cast<double>(duration.count()); }
}  // namespace

BackOffSchedule::BackOffSchedule(const BackOffOptions& options)
    : starting_interval_(options.starting_interval),
      limits_(options),
      jitter_(options.jitter),
      interval_(nanoseconds(options.starting_interval)),
      failures_(options.on_error),
      random_(options.random) {}

Plan BackOffSchedule::first(TimePoint /*now*/, TimePoint origin) {
    return delayed(origin, Duration::zero(), DelayReason::after);
}

std::variant<Plan, End> BackOffSchedule::next(const CallResult& result, const EndedCall& call,
                                              double uniform) {
    const double factor = jitter_ * (1 + 0.2 * (2 * uniform - 1));
    const auto* failure = std::get_if<Failure>(&result);
    if (!failure || !failure->error) failures_.succeeded();
    if (!failure) {
        waited_ = Duration::zero();
        return delayed(call.ended, after_success(factor), DelayReason::interval);
    }
    if (failure->error && !failures_.failed()) return End{StopReason::failed, failure->error};
    const bool failed_and_backs_off = failure->error && failures_.backs_off();
    const Duration delay =
        failed_and_backs_off ? failures_.delay(uniform) : after_no_success(factor);
    if (limits_.timeout) {
        if (delay > *limits_.timeout - waited_) return End{StopReason::timed_out};
        waited_ += delay;
    }
    return delayed(call.ended, delay, DelayReason::backoff);
}

Duration BackOffSchedule::after_success(double factor) noexcept {
    interval_ = nanoseconds(starting_interval_);
    return within_limits(interval_ * factor);
}

Duration BackOffSchedule::after_no_success(double factor) noexcept {
    const double grown = 2 * interval_ * jitter_;
    const double max = nanoseconds(limits_.max_interval);
    interval_ = std::min(std::max(grown, nanoseconds(limits_.min_interval)), max);
    return within_limits(std::min(grown, max) * factor / jitter_);
}

Duration BackOffSchedule::within_limits(double nanoseconds) const noexcept {
    return std::clamp(to_duration(nanoseconds), limits_.min_interval, limits_.max_interval);
}

}  // namespace loopingcall::detail
