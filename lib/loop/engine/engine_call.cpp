// What becomes of a run when a call is over.
#include <algorithm>
#include <loopingcall/detail/engine.hpp>
#include <utility>

#include "decide.hpp"
#include "engine_parts.hpp"

namespace loopingcall::detail {

// All that a call needs is inlined into one function: it is short, and each tick comes here.
[[gnu::flatten]] void Engine::returned(CallResult result) {
    if (!schedule_) return;  // abandoned
    const TimePoint now = queue().now();
    double uniform = 0;
    try {
        check(result);
        if (limits_) settle(result);
        judge(result, stats_.runs);
        if (limits_ && limits_->observer) report(result, now);
        if (schedule_->draws()) uniform = schedule_->draw();
    } catch (...) {
        result = Failure{.error = std::current_exception(), .ends_the_loop = true};
    }
    Lock lock(mutex_);
    if (phase_ != Phase::calling) return;  // abandoned
    if (armed_in_call_) disarm();
    armed_in_call_ = false;
    call_ended();
    go_on(lock, result, now, uniform);
}

/// Makes of the result what it is when it is known whether the call took too long.
void Engine::settle(CallResult& result) const {
    if (limits_->call_timeout == Duration::zero()) return;
    const std::scoped_lock lock(mutex_);
    if (!call_timed_out_) return;
    const auto* failure = std::get_if<Failure>(&result);
    const bool gave_up = asked_to_end_ && failure && is_operation_aborted(failure->error);
    if (!gave_up) time_out(result);
}

void Engine::report(const CallResult& result, TimePoint now) {
    const auto* failure = std::get_if<Failure>(&result);
    observer()->on_run({current_tick(), now - call_started_, failure ? failure->error : nullptr});
}

void Engine::go_on(Lock& lock, const CallResult& result, TimePoint now, double uniform) {
    const auto reason = reason_to_end(demands(now));
    const auto* failure = std::get_if<Failure>(&result);
    const bool gave_up = failure && asked_to_end_ && is_operation_aborted(failure->error);
    if (gave_up) return finish(lock, reason.value_or(StopReason::stopped), nullptr);

    count(result, now);
    if (std::holds_alternative<Done<void>>(result)) return finish(lock, StopReason::done, nullptr);
    if (failure && failure->ends_the_loop) {
        return finish(lock, StopReason::failed, failure->error);
    }
    const auto next = schedule_->next(
        result, {call_started_, now, extra_, planned_, stats_.consecutive_failures}, uniform);
    const auto* end = std::get_if<End>(&next);
    if (end && end->reason == StopReason::failed) {
        return finish(lock, StopReason::failed, end->error);
    }
    if (reason) return finish(lock, *reason, nullptr);
    if (end) return finish(lock, end->reason, nullptr);
    wait_for(lock, std::get<Plan>(next), now);
}

void Engine::count(const CallResult& result, TimePoint now) {
    stats_.last_duration = now - call_started_;
    stats_.max_duration = std::max(stats_.max_duration, stats_.last_duration);
    if (schedule_->overrun(stats_.last_duration)) ++stats_.overruns;
    if (const auto* failure = std::get_if<Failure>(&result)) {
        ++stats_.failures;
        ++stats_.consecutive_failures;
        last_error_ = failure->error;
    } else {
        stats_.consecutive_failures = 0;
        if (last_error_) last_error_ = nullptr;
    }
}

// Points that have passed count as missed from now on, not only when the next call begins. Those of
// the plan that an extra call left standing have been counted.
void Engine::wait_for(Lock& lock, const Plan& plan, TimePoint now) {
    const std::uint64_t counted = extra_ ? planned_.missed : 0;
    if (plan.missed > counted) stats_.missed += plan.missed - counted;
    planned_ = plan;
    stats_.next_due = planned_.begin;
    if (limits_ && limits_->observer && !tell_delay(lock)) return;
    if (stop_requested_) return finish(lock, StopReason::stopped, nullptr);
    phase_ = Phase::waiting;
    arm_for_next_call(now);
}

/// Still in the phase of the call, so that nothing else begins meanwhile.
/// @return whether the run goes on.
bool Engine::tell_delay(Lock& lock) {
    auto told = observer();
    const TimePoint now = queue().now();
    const TimePoint next_due =
        trigger_requested_ ? now : shared_wake(schedule_->announced(planned_, now), now);
    const DelayReason reason = trigger_requested_ ? DelayReason::trigger : planned_.reason;
    std::exception_ptr error;
    lock.unlock();
    try {
        told->on_delay(next_due, reason);
    } catch (...) {
        error = std::current_exception();
    }
    told.reset();  // may be the last to hold it, in the end
    lock.lock();
    if (phase_ != Phase::calling) return false;
    if (!error) return true;
    finish(lock, StopReason::failed, std::move(error));
    return false;
}

}  // namespace loopingcall::detail
