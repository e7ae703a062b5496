#pragma once

#include <algorithm>
#include <loopingcall/detail/engine.hpp>
#include <memory>

#include "decide.hpp"
#include "site.hpp"
#include "waiter_entry.hpp"

// What an engine is made of, for the files that it is spread over. What each tick needs is inline.
namespace loopingcall::detail {

/// What few loops have, kept apart because many loops are idle.
struct Engine::Limits {
    TimePoint deadline;       // of the whole run; the end of time: none
    Duration call_timeout;    // zero: none
    std::uint64_t max_calls;  // zero: none
    std::shared_ptr<Observer> observer;
    Duration tolerance;
};

/// A run that is over.
struct Engine::Farewell {
    StopReason reason;
    std::exception_ptr error;
    Stats stats;
    std::unique_ptr<Schedule> schedule;  // holds things of the user, which go outside of any lock
    std::unique_ptr<const Limits> limits;
    Waiters waiters;
    ErasedOutcome outcome = nullptr;  // made when the observer knows
    std::unique_ptr<Farewell> next;

    Farewell& last() noexcept { return next ? next->last() : *this; }
};

inline TimerQueue& Engine::queue() const noexcept { return *site_->queue; }

inline Tick Engine::current_tick() const noexcept {
    return {stats_.runs - 1, call_missed_, call_due_, call_started_};
}

inline Demands Engine::demands(TimePoint now) const noexcept {
    if (!limits_) return {.stop_requested = stop_requested_};
    const TimePoint deadline = limits_->deadline;
    const std::uint64_t max_calls = limits_->max_calls;
    return {.stop_requested = stop_requested_,
            .deadline_passed = deadline <= now && deadline != TimePoint::max(),
            .calls_used_up = max_calls != 0 && stats_.runs >= max_calls};
}

inline TimePoint Engine::when_to_wake(TimePoint due, TimePoint now) const noexcept {
    return limits_ ? std::min(shared_wake(due, now), limits_->deadline) : due;
}

inline void Engine::arm(TimePoint due, TimePoint now) { queue().add(*this, due, now); }

inline void Engine::arm_for_next_call(TimePoint now) {
    if (trigger_requested_) stats_.next_due = now;
    arm(when_to_wake(stats_.next_due, now), now);
}

}  // namespace loopingcall::detail
