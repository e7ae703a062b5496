#include <algorithm>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/query.hpp>
#include <boost/system/system_error.hpp>
#include <loopingcall/detail/engine.hpp>
#include <loopingcall/error.hpp>
#include <utility>

#include "decide.hpp"
#include "inner_executor.hpp"
#include "running_engines.hpp"
#include "time_arithmetic.hpp"
#include "waiter_entry.hpp"

namespace loopingcall::detail {

/// What few loops have, kept apart because many loops are idle.
struct Engine::Limits {
    TimePoint deadline;       // of the whole run; the end of time: none
    Duration call_timeout;    // zero: none
    std::uint64_t max_calls;  // zero: none
    std::shared_ptr<Observer> observer;
    Duration tolerance;
};

/// All that a run leaves behind, taken out under the lock to be dealt with outside of it.
struct Engine::Told {
    std::forward_list<WaiterEntry> waiters;
    std::exception_ptr error;
    ErasedOutcome outcome;
    std::unique_ptr<Schedule> schedule;
    std::unique_ptr<const Limits> limits;
    std::shared_ptr<Engine> self;
    std::shared_ptr<const void> released = nullptr;
};

Engine::Engine(asio::any_io_executor executor, std::shared_ptr<TimerQueue> queue)
    : executor_(std::move(executor)),
      queue_(std::move(queue)),
      runs_anywhere_(is_context_executor(executor_)) {
    static_cast<void>(running_engines());  // made before the run, so that it outlives it
}

Engine::~Engine() = default;

// All that may throw comes before anything of the last run is given up.
void Engine::start(const Terms& terms, std::unique_ptr<Schedule> schedule) {
    const std::scoped_lock lock(mutex_);
    if (phase_ != Phase::idle) {
        throw boost::system::system_error(make_error_code(errc::already_running));
    }
    const TimePoint now = queue_->now();
    planned_ = schedule->first(now, saturating_add(now, terms.initial_delay));
    limits_ = limits_of(terms, now);
    running_engines().insert(self());
    try {
        arm(when_to_wake(planned_.begin, now), now);
        run_begins();
    } catch (...) {
        limits_.reset();
        queue_->remove(*this);
        running_engines().erase(*this);
        throw;
    }
    phase_ = Phase::waiting;
    schedule_ = std::move(schedule);
    stats_ = {.next_due = planned_.begin};
    stop_requested_ = trigger_requested_ = rebase_requested_ = false;
    outcome_.reset();
    last_error_ = nullptr;
}

std::unique_ptr<const Engine::Limits> Engine::limits_of(const Terms& terms, TimePoint now) {
    const bool unlimited = !terms.timeout && !terms.call_timeout && !terms.max_calls &&
                           !terms.observer && terms.tolerance == Duration::zero();
    if (unlimited) return nullptr;
    return std::make_unique<const Limits>(
        Limits{saturating_add(now, terms.timeout.value_or(Duration::max())),
               terms.call_timeout.value_or(Duration::zero()), terms.max_calls.value_or(0),
               terms.observer, terms.tolerance});
}

RunningEngines& Engine::running_engines() const {
    return asio::use_service<RunningEngines>(asio::query(executor_, asio::execution::context));
}

TimePoint Engine::deadline() const noexcept {
    return limits_ ? limits_->deadline : TimePoint::max();
}

std::shared_ptr<Observer> Engine::observer() const { return limits_ ? limits_->observer : nullptr; }

void Engine::wake(std::shared_ptr<Timer> self, Ticket ticket, std::optional<TimePoint> here) {
    if (here && runs_anywhere_) return on_wake(ticket, *here);
    auto on_executor = [kept = std::move(self), this, ticket] { on_wake(ticket, queue_->now()); };
    if (here) {
        asio::dispatch(executor_, std::move(on_executor));
    } else {
        asio::post(executor_, std::move(on_executor));
    }
}

void Engine::on_wake(Ticket ticket, TimePoint now) {
    Lock lock(mutex_);
    if (phase_ == Phase::idle || phase_ == Phase::ending || ticket != ticket_) return;
    if (phase_ == Phase::calling) return on_wake_in_call(now);

    const Demands now_demanded = demands(now);
    if (now_demanded.stop_requested || now_demanded.deadline_passed) {
        return finish(lock, *reason_to_end(now_demanded), nullptr);
    }
    if (!trigger_requested_ && planned_.begin > now) return arm_for_next_call(now);
    begin_call(now);
    const Tick tick = current_tick();
    lock.unlock();
    call(tick);
}

Tick Engine::current_tick() const noexcept {
    return {stats_.runs - 1, call_missed_, call_due_, call_started_};
}

void Engine::on_wake_in_call(TimePoint now) {
    if (!std::exchange(cancelled_, true)) {
        call_timed_out_ = !demands(now).deadline_passed;
        cancel_call();
    }
    armed_in_call_ = false;
}

void Engine::begin_call(TimePoint now) {
    const bool planned_is_due = planned_.begin <= now;
    const bool rebase = std::exchange(rebase_requested_, false);
    extra_ = std::exchange(trigger_requested_, false) && !planned_is_due && !rebase;
    call_missed_ = 0;
    call_due_ = call_started_ = now;
    stats_.last_lateness = Duration::zero();
    if (planned_is_due) {
        const Duration moved_by_jitter = planned_.begin - planned_.due;
        schedule_->begin(planned_, now);
        call_missed_ = planned_.missed;
        call_due_ = planned_.due;
        stats_.last_lateness =
            std::max<Duration>(now - planned_.due - moved_by_jitter, Duration::zero());
    }
    if (rebase) schedule_->reset(now, planned_);

    ++stats_.runs;
    stats_.missed += call_missed_;
    stats_.max_lateness = std::max(stats_.max_lateness, stats_.last_lateness);
    cancelled_ = call_timed_out_ = false;
    prepare_call();
    phase_ = Phase::calling;
    if (cancellable()) arm_for_deadlines();
}

void Engine::arm_for_deadlines() {
    if (!limits_) return;
    const TimePoint call_deadline = limits_->call_timeout > Duration::zero()
                                        ? saturating_add(call_started_, limits_->call_timeout)
                                        : TimePoint::max();
    const TimePoint first = std::min(call_deadline, limits_->deadline);
    armed_in_call_ = first != TimePoint::max();
    if (armed_in_call_) arm(first, call_started_);
}

void Engine::returned(CallResult result) {
    const TimePoint now = queue_->now();
    double uniform = 0;
    try {
        settle(result);
        judge(result, current_tick());
        if (limits_ && limits_->observer) report(result, now);
        if (schedule_->draws()) uniform = schedule_->draw();
    } catch (...) {
        result = Failure{.error = std::current_exception(), .ends_the_loop = true};
    }
    Lock lock(mutex_);
    if (phase_ != Phase::calling) return;  // abandoned
    if (std::exchange(armed_in_call_, false)) queue_->remove(*this);
    call_ended();
    go_on(lock, result, now, uniform);
}

/// Makes of the result what it is when it is known whether the call took too long.
void Engine::settle(CallResult& result) const {
    check(result);
    if (!limits_ || limits_->call_timeout == Duration::zero()) return;
    const std::scoped_lock lock(mutex_);
    if (call_timed_out_) time_out(result);
}

void Engine::report(const CallResult& result, TimePoint now) {
    const auto* failure = std::get_if<Failure>(&result);
    observer()->on_run({current_tick(), now - call_started_, failure ? failure->error : nullptr});
}

void Engine::go_on(Lock& lock, const CallResult& result, TimePoint now, double uniform) {
    const auto reason = reason_to_end(demands(now));
    const auto* failure = std::get_if<Failure>(&result);
    const bool gave_up =
        failure && cancelled_ && !call_timed_out_ && is_operation_aborted(failure->error);
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
        last_error_ = nullptr;
    }
}

void Engine::wait_for(Lock& lock, const Plan& plan, TimePoint now) {
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
    const TimePoint next_due = trigger_requested_ ? queue_->now() : planned_.begin;
    const DelayReason reason = trigger_requested_ ? DelayReason::trigger : planned_.reason;
    std::exception_ptr error;
    lock.unlock();
    try {
        told->on_delay(next_due, reason);
    } catch (...) {
        error = std::current_exception();
    }
    told.reset();
    lock.lock();
    if (phase_ != Phase::calling) return false;
    if (!error) return true;
    finish(lock, StopReason::failed, std::move(error));
    return false;
}

void Engine::arm_for_next_call(TimePoint now) {
    if (trigger_requested_) stats_.next_due = now;
    arm(when_to_wake(stats_.next_due, now), now);
}

/// A call that is due already is not put off, and none beyond the deadline.
TimePoint Engine::when_to_wake(TimePoint due, TimePoint now) const noexcept {
    if (!limits_) return due;
    const auto& [deadline, call_timeout, max_calls, observer, tolerance] = *limits_;
    if (tolerance > Duration::zero() && due > now) {
        const TimePoint shared = rounded_up(due, tolerance);
        if (shared < deadline) return shared;
    }
    return std::min(due, deadline);
}

void Engine::arm(TimePoint due, TimePoint now) { ticket_ = queue_->add(*this, due, now); }

Demands Engine::demands(TimePoint now) const noexcept {
    if (!limits_) return {.stop_requested = stop_requested_};
    const TimePoint deadline = limits_->deadline;
    const std::uint64_t max_calls = limits_->max_calls;
    return {.stop_requested = stop_requested_,
            .deadline_passed = deadline <= now && deadline != TimePoint::max(),
            .calls_used_up = max_calls != 0 && stats_.runs >= max_calls};
}

void Engine::finish(Lock& lock, StopReason reason, std::exception_ptr error) {
    phase_ = Phase::ending;
    if (const auto told = observer()) {
        lock.unlock();
        try {
            told->on_finish(reason);
        } catch (...) {
            reason = StopReason::failed;
            error = std::current_exception();
        }
        lock.lock();
        if (phase_ != Phase::ending) return;  // abandoned
    }
    Told told = end(reason, std::move(error));
    lock.unlock();
    tell(std::move(told));
}

Engine::Told Engine::end(StopReason reason, std::exception_ptr error) {
    queue_->remove(*this);
    run_ends();
    const bool may_have_failed = reason == StopReason::timed_out || reason == StopReason::exhausted;
    if (may_have_failed) error = last_error_;
    outcome_ = make_outcome(reason, error, stats_);
    last_error_ = throws(reason) ? std::move(error) : nullptr;
    phase_ = Phase::idle;
    Told told{std::exchange(waiters_, {}), last_error_,        outcome_,
              std::move(schedule_),        std::move(limits_), running_engines().erase(*this)};
    told.waiters.reverse();
    told.released = release();
    return told;
}

// What is the caller's goes first: the completion may run, on another thread, as soon as it is
// told.
void Engine::tell(Told told) {
    told.schedule.reset();
    told.limits.reset();
    told.released.reset();
    for (WaiterEntry& waiter : told.waiters) waiter.tell(told.error, told.outcome);
}

void Engine::abandon() noexcept {
    Told dropped;
    asio::any_io_executor executor;
    const std::scoped_lock lock(mutex_);
    if (phase_ == Phase::idle) return;
    queue_->remove(*this);
    run_ends();
    phase_ = Phase::idle;
    dropped = {
        std::exchange(waiters_, {}),   nullptr, nullptr, std::move(schedule_), std::move(limits_),
        running_engines().erase(*this)};
    executor = std::exchange(executor_, {});
}

std::shared_ptr<Engine> Engine::self() {
    return std::static_pointer_cast<Engine>(shared_from_this());
}

}  // namespace loopingcall::detail
