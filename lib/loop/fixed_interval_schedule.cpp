#include "fixed_interval_schedule.hpp"

#include <algorithm>
#include <utility>

#include "grid.hpp"
#include "time_arithmetic.hpp"

namespace loopingcall::detail {

FixedIntervalSchedule::FixedIntervalSchedule(const Options& options)
    : interval_(options.interval), missed_ticks_(options.missed_ticks) {
    const OnError& on_error = options.on_error;
    const bool by_chance = options.jitter > 0 || options.first_run_spread > Duration::zero() ||
                           (on_error.action == OnError::backoff && on_error.delays.jitter > 0);
    if (!by_chance && on_error.action == OnError::stop) return;
    rare_ = std::make_unique<Rare>(Rare{on_error, options.jitter, options.first_run_spread,
                                        by_chance, Random(options.random)});
}

void FixedIntervalSchedule::begin_grid(TimePoint origin, bool served) noexcept {
    grid_ = origin;
    served_ = served;
}

Plan FixedIntervalSchedule::first(TimePoint /*now*/, TimePoint origin) {
    if (rare_ && rare_->first_run_spread > Duration::zero()) {
        origin = saturating_add(origin, scaled(rare_->first_run_spread, rare_->random.draw()));
    }
    begin_grid(origin, false);
    return {.due = origin, .begin = origin};
}

void FixedIntervalSchedule::begin(Plan& plan, TimePoint now) {
    const bool on_the_grid =
        plan.reason == DelayReason::interval || plan.reason == DelayReason::overdue;
    if (missed_ticks_ == MissedTicks::coalesce && on_the_grid) {
        const Plan latest = latest_point(plan.due, interval_, now);
        plan.due = latest.due;
        plan.missed += latest.missed;
    }
    if (missed_ticks_ == MissedTicks::delay && now > plan.begin) {
        begin_grid(plan.due + (now - plan.begin), true);
    } else if (on_the_grid) {
        begin_grid(plan.due, true);
    } else if (plan.due >= grid_) {
        begin_grid(latest_point(grid_, interval_, plan.due).due, true);
    }
}

namespace {

/// Whether a planned call is still to be made after an extra one that ended at `now`: points of the
/// grid that passed are for the policy, a delay of the body's is kept, and a back-off is over.
bool stands(const Plan& planned, TimePoint now) noexcept {
    if (planned.reason == DelayReason::backoff) return false;
    return planned.reason == DelayReason::after || planned.due > now;
}

}  // namespace

std::variant<Plan, End> FixedIntervalSchedule::next(const CallResult& result, const EndedCall& call,
                                                    double uniform) {
    if (const auto* failure = std::get_if<Failure>(&result)) {
        if (gives_up(call.failures)) return End{StopReason::failed, failure->error};
        if (rare_->on_error.action == OnError::backoff) {
            failing_ = true;
            return delayed(call.ended, rare_->on_error.delays.delay(call.failures, uniform),
                           DelayReason::backoff);
        }
    } else if (std::exchange(failing_, false)) {
        begin_grid(call.started, true);
    }
    if (const auto* pause = std::get_if<After>(&result)) {
        return delayed(call.ended, pause->delay, DelayReason::after);
    }
    const bool planned_stands = call.extra && stands(call.planned, call.ended);
    return planned_stands ? call.planned : on_grid(call.ended, uniform);
}

Plan FixedIntervalSchedule::on_grid(TimePoint now, double uniform) const {
    Plan plan;
    switch (missed_ticks_) {
        case MissedTicks::skip:
            plan = next_point(grid_, interval_, served_, now);
            break;
        case MissedTicks::after_completion:
            plan.due = saturating_add(now, interval_);
            break;
        case MissedTicks::coalesce:
        case MissedTicks::delay:
        case MissedTicks::burst:
            plan.due = served_ ? saturating_add(grid_, interval_) : grid_;
            break;
    }
    plan.begin = plan.due;
    if (plan.due <= now) {
        plan.reason = DelayReason::overdue;
    } else if (rare_ && rare_->jitter > 0) {
        plan.begin = jittered(plan.due, interval_, rare_->jitter, uniform);
    }
    return plan;
}

bool FixedIntervalSchedule::gives_up(std::uint64_t failures_in_a_row) const noexcept {
    if (!rare_ || rare_->on_error.action == OnError::stop) return true;
    const auto& most = rare_->on_error.max_in_a_row;
    return most && failures_in_a_row >= *most;
}

bool FixedIntervalSchedule::draws() const noexcept { return rare_ && rare_->by_chance; }

double FixedIntervalSchedule::draw() { return rare_->random.draw(); }

bool FixedIntervalSchedule::overrun(Duration duration) const noexcept {
    return duration > interval_;
}

// No jitter: this is called from any thread, and a draw is not.
Plan FixedIntervalSchedule::reset(TimePoint now, const Plan& /*planned*/) {
    begin_grid(now, true);
    failing_ = false;
    const TimePoint due = saturating_add(now, interval_);
    return {.due = due, .begin = due};
}

}  // namespace loopingcall::detail
