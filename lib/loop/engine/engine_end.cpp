// How a run ends, and how its observer and waiters learn of it.
#include <loopingcall/detail/engine.hpp>
#include <utility>

#include "engine_parts.hpp"
#include "running_engines.hpp"

namespace loopingcall::detail {

void Engine::finish(Lock& lock, StopReason reason, std::exception_ptr error) {
    end_run(reason, std::move(error));
    bid_farewell(lock);
}

/// The run is over, but no waiter knows yet.
void Engine::end_run(StopReason reason, std::exception_ptr error) {
    const bool may_have_failed = reason == StopReason::timed_out || reason == StopReason::exhausted;
    auto ended = std::make_unique<Farewell>();
    ended->reason = reason;
    ended->error = may_have_failed ? last_error_ : std::move(error);
    last_error_ = nullptr;
    ended->stats = stats_;
    ended->schedule = std::move(schedule_);
    ended->limits = std::move(limits_);
    ended->waiters = std::exchange(waiters_, {});
    (farewells_ ? farewells_->last().next : farewells_) = std::move(ended);
    phase_ = Phase::ending;
}

/// Tells of all runs that are over, one after the other. What comes after them, if anything, is
/// a run that was started meanwhile.
void Engine::bid_farewell(Lock& lock) {
    while (farewells_) {
        if (!tell_finish(lock) || !tell_outcome(lock)) return;
    }
    arm_for_next_call(queue().now());
}

/// @return false if the engine was abandoned meanwhile.
bool Engine::tell_finish(Lock& lock) {
    Farewell& oldest = *farewells_;
    if (!oldest.limits || !oldest.limits->observer) return true;
    std::shared_ptr<Observer> told = oldest.limits->observer;
    const StopReason reason = oldest.reason;
    std::exception_ptr error;
    lock.unlock();
    try {
        told->on_finish(reason);
    } catch (...) {
        error = std::current_exception();
    }
    told.reset();
    lock.lock();
    if (!farewells_) return false;
    if (error) {
        oldest.reason = StopReason::failed;
        oldest.error = std::move(error);
    }
    return true;
}

/// Until all know of the run, it stays the first of those that are over, or another thread would
/// see to what comes after it.
/// @return whether it still holds the lock: there is more to report, or another run.
bool Engine::tell_outcome(Lock& lock) {
    RunningEngines::Released released;  // keeps this alive to the end
    Farewell& oldest = *farewells_;
    oldest.outcome = make_outcome(oldest.reason, oldest.error, oldest.stats);
    if (!throws(oldest.reason)) oldest.error = nullptr;
    ErasedOutcome outcome = oldest.outcome;
    std::exception_ptr error = oldest.error;
    auto schedule = std::move(oldest.schedule);
    auto limits = std::move(oldest.limits);
    std::shared_ptr<const void> callers;
    Waiters waiters = std::exchange(oldest.waiters, {});
    const bool is_last = phase_ == Phase::ending && !oldest.next;
    if (is_last) {
        phase_ = Phase::idle;
        disarm();
        run_ends();
        callers = release();
        released = site_->engines->erase(*this);
    } else {
        oldest.outcome = nullptr;
        oldest.error = nullptr;
    }
    lock.unlock();
    // What is the caller's goes first: the completion may run, on another thread, as soon as it is
    // posted.
    schedule.reset();
    limits.reset();
    callers.reset();
    waiters.reverse();
    for (WaiterEntry& waiter : waiters) waiter.tell(error, outcome);
    if (is_last) return false;
    waiters.clear();
    outcome = nullptr;
    error = nullptr;
    lock.lock();
    if (!farewells_) return false;  // abandoned
    farewells_ = std::move(farewells_->next);
    return true;
}

void Engine::abandon() noexcept {
    RunningEngines::Released released;
    std::unique_ptr<Farewell> ended;
    Waiters dropped;
    std::unique_ptr<Schedule> schedule;
    std::unique_ptr<const Limits> limits;
    std::shared_ptr<const void> callers;
    const std::scoped_lock lock(mutex_);
    if (phase_ == Phase::idle) return;
    disarm();
    run_ends();
    phase_ = Phase::idle;
    ended = std::move(farewells_);
    dropped = std::exchange(waiters_, {});
    schedule = std::move(schedule_);
    limits = std::move(limits_);
    callers = release();
    released = site_->engines->erase(*this);
}

}  // namespace loopingcall::detail
