#include "fixed_interval_schedule.hpp"

#include <algorithm>
#include <utility>

#include "grid.hpp"
#include "loop/time_arithmetic.hpp"

namespace loopingcall::detail {

FixedIntervalSchedule::FixedIntervalSchedule(const Options& options)
    : interval_(options.interval), missed_ticks_(options.missed_ticks) {
    const OnError& on_error = options.on_error;
    const bool by_chance = options.jitter > 0 || options.first_run_spread > Duration::zero() ||
                           (on_error.action == OnError::backoff && on_error.delays.jitter > 0);
    if (!by_chance && on_error.action == OnError::stop && !options.misfire_grace_time) return;
    constexpr double no_offset = 0.5;
    rare_ = std::make_unique<Rare>(Rare{on_error, options.jitter, options.first_run_spread,
                                        options.misfire_grace_time.value_or(Duration::max()),
                                        options.tolerance, by_chance, no_offset,
                                        Random(options.random)});
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

namespace {

bool is_on_the_grid(const Plan& plan) noexcept {
    return plan.reason == DelayReason::interval || plan.reason == DelayReason::overdue;
}

/// Whether a planned call is still to be made after an extra one that ended at `now`: ticks of the
/// grid that passed are for the policy, a delay of the body's is kept, and a back-off is over.
bool stands(const Plan& planned, TimePoint now) noexcept {
    if (planned.reason == DelayReason::backoff) return false;
    return planned.reason == DelayReason::after || planned.due > now;
}

}  // namespace

bool FixedIntervalSchedule::begin(Plan& plan, TimePoint now) {
    if (comes_too_late(plan, now)) {
        plan = instead_of(plan, now);
        return false;
    }
    const bool makes_one_call_for_all =
        missed_ticks_ == MissedTicks::skip || missed_ticks_ == MissedTicks::coalesce;
    if (missed_ticks_ == MissedTicks::delay && now > plan.begin) {
        begin_grid(saturating_add(plan.due, now - plan.begin), true);
    } else if (makes_one_call_for_all && is_on_the_grid(plan)) {
        const Plan latest = latest_point(plan.due, interval_, now);
        plan.missed += latest.missed;
        if (missed_ticks_ == MissedTicks::coalesce) plan.due = latest.due;
        begin_grid(latest.due, true);
    } else {
        serve(plan);
    }
    return true;
}

/// Serves the tick of `plan`, and drops the ticks of the grid that a delay has left behind, which
/// do not count as missed.
void FixedIntervalSchedule::serve(const Plan& plan) noexcept {
    if (is_on_the_grid(plan)) {
        begin_grid(plan.due, true);
    } else if (plan.due >= grid_) {
        begin_grid(latest_point(grid_, interval_, plan.due).due, true);
    }
}

/// Lateness that the loop has allowed for is none.
bool FixedIntervalSchedule::comes_too_late(const Plan& plan, TimePoint now) const noexcept {
    if (!rare_ || now - plan.begin <= rare_->grace_time) return false;
    if (rare_->tolerance == Duration::zero()) return true;
    return now - rounded_up(plan.begin, rare_->tolerance) > rare_->grace_time;
}

/// The call to be made instead of `plan`, which comes too late, as do some of the ticks behind it.
Plan FixedIntervalSchedule::instead_of(const Plan& plan, TimePoint now) {
    Duration::rep too_late = 1;
    if (is_on_the_grid(plan)) {
        const TimePoint in_time = now - rare_->grace_time;
        too_late += (in_time - plan.begin - Duration{1}) / interval_;
    }
    Plan last_too_late = plan;
    // Jitter may have had the call begin before its tick, which then lies beyond the end of time.
    last_too_late.due = saturating_add(plan.due, (too_late - 1) * interval_);
    last_too_late.begin = saturating_add(plan.begin, (too_late - 1) * interval_);
    if (too_late > 1 && !comes_too_late(last_too_late, now)) {  // by what the tolerance adds
        --too_late;
        last_too_late.due -= interval_;
    }
    serve(last_too_late);
    Plan next;
    if (missed_ticks_ == MissedTicks::after_completion && is_on_the_grid(plan)) {
        next.due = saturating_add(last_too_late.due, interval_);
        next = timed(next, now);
    } else {
        next = on_grid(now);
    }
    next.missed += plan.missed + static_cast<std::uint64_t>(too_late);
    return next;
}

/// Only burst makes a call for each tick that is overdue; for the others, it is a call for now.
TimePoint FixedIntervalSchedule::announced(const Plan& plan, TimePoint now) const noexcept {
    return missed_ticks_ == MissedTicks::burst ? plan.begin : std::max(plan.begin, now);
}

[[gnu::flatten]] std::variant<Plan, End> FixedIntervalSchedule::next(const CallResult& result,
                                                                     const EndedCall& call,
                                                                     double uniform) {
    if (!rare_ && !call.extra && std::holds_alternative<Again>(result)) return on_grid(call.ended);
    if (rare_) rare_->uniform = uniform;
    bool recovered = false;
    if (const auto* failure = std::get_if<Failure>(&result)) {
        if (gives_up(call.failures)) return End{StopReason::failed, failure->error};
        if (rare_->on_error.action == OnError::backoff) {
            failing_ = true;
            return delayed(call.ended, rare_->on_error.delays.delay(call.failures, uniform),
                           DelayReason::backoff);
        }
    } else {
        recovered = std::exchange(failing_, false);
        if (recovered) begin_grid(call.started, true);
    }
    if (const auto* pause = std::get_if<After>(&result)) {
        return delayed(call.ended, pause->delay, DelayReason::after);
    }
    if (call.extra && !recovered && stands(call.planned, call.ended)) return call.planned;
    Plan plan = on_grid(call.ended);
    if (call.extra) plan.missed += call.planned.missed;
    while (plan.begin <= call.ended && comes_too_late(plan, call.ended)) {
        plan = instead_of(plan, call.ended);
    }
    return plan;
}

/// The call after the last tick that is dealt with. Ticks that are left out are, too, from now
/// on.
Plan FixedIntervalSchedule::on_grid(TimePoint now) {
    Plan plan;
    switch (missed_ticks_) {
        case MissedTicks::skip:
            plan = next_point(grid_, interval_, served_, now);
            if (plan.missed > 0) begin_grid(latest_point(grid_, interval_, now).due, true);
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
    return timed(plan, now);
}

/// With `begin` and `reason`, as its due time has them.
Plan FixedIntervalSchedule::timed(Plan plan, TimePoint now) const noexcept {
    plan.begin = plan.due;
    if (plan.due <= now) {
        plan.reason = DelayReason::overdue;
    } else if (rare_ && rare_->jitter > 0 && plan.due != TimePoint::max()) {
        plan.begin = jittered(plan.due, interval_, rare_->jitter, rare_->uniform);
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

bool FixedIntervalSchedule::set_interval(Duration interval) {
    return std::exchange(interval_, interval) != interval;
}

}  // namespace loopingcall::detail
