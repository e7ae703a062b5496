#pragma once

#include <loopingcall/detail/engine.hpp>
#include <memory>

#include "site.hpp"
#include "waiter_entry.hpp"

// What an engine is made of, for the files that it is spread over.
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

}  // namespace loopingcall::detail
