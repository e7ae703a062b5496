// How a run begins, and each of its calls.
#include <algorithm>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>
#include <boost/system/system_error.hpp>
#include <loopingcall/detail/engine.hpp>
#include <loopingcall/error.hpp>
#include <utility>

#include "decide.hpp"
#include "engine_parts.hpp"
#include "loop/time_arithmetic.hpp"
#include "running_engines.hpp"

namespace loopingcall::detail {

Engine::Engine(asio::any_io_executor executor, std::shared_ptr<TimerQueue> queue)
    : site_(Site::of(std::move(executor), std::move(queue))) {}

Engine::~Engine() = default;

// All that may throw comes before anything of the last run is given up. A stopped run of which the
// observer does not know yet has its wake-up, or a thread that is at it, and the engine with it.
void Engine::start(const Terms& terms, std::unique_ptr<Schedule> schedule) {
    std::unique_ptr<Farewell> dropped;
    RunningEngines::Released released;
    const std::scoped_lock lock(mutex_);
    const bool follows = phase_ == Phase::ending && stop_requested_;
    if (phase_ != Phase::idle && !follows) {
        throw boost::system::system_error(make_error_code(errc::already_running));
    }
    if (!follows) site_->engines->insert(self(), site_->executor);
    try {
        const TimePoint now = queue().now();
        const Plan first = schedule->first(now, saturating_add(now, terms.initial_delay));
        limits_ = limits_of(terms, now);
        if (!follows) arm(when_to_wake(first.begin, now), now);
        planned_ = first;
    } catch (...) {
        limits_.reset();
        if (!follows) released = site_->engines->erase(*this);
        throw;
    }
    if (!follows) {
        run_begins();
        dropped = std::move(farewells_);
    }
    phase_ = Phase::waiting;
    schedule_ = std::move(schedule);
    stats_ = {.next_due = planned_.begin};
    stop_requested_ = trigger_requested_ = rebase_requested_ = false;
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

const asio::any_io_executor& Engine::running_executor() const noexcept { return site_->executor; }

std::shared_ptr<Observer> Engine::observer() const { return limits_ ? limits_->observer : nullptr; }

[[gnu::flatten]] void Engine::wake(std::shared_ptr<Timer>&& self, Ticket ticket,
                                   std::optional<TimePoint> here) {
    if (here && site_->runs_anywhere) return on_wake(ticket, *here);
    hand_over(std::move(self), ticket, here.has_value());
}

[[gnu::noinline]] void Engine::hand_over(std::shared_ptr<Timer>&& self, Ticket ticket,
                                         bool may_be_here) {
    auto on_executor = [kept = std::move(self), this, ticket] { on_wake(ticket, queue().now()); };
    if (may_be_here) {
        asio::dispatch(site_->executor, std::move(on_executor));
    } else {
        asio::post(site_->executor, std::move(on_executor));
    }
}

[[gnu::flatten]] void Engine::on_wake(Ticket ticket, TimePoint now) {
    Lock lock(mutex_);
    if (ticket != ticket_) return;
    if (phase_ != Phase::waiting || farewells_) return on_other_wake(lock, now);
    if (limits_ && demands(now).deadline_passed) {
        return finish(lock, StopReason::timed_out, nullptr);
    }
    if (!begin_call(now)) return arm_for_next_call(now);
    const Tick tick = current_tick();
    lock.unlock();
    call(tick);
}

void Engine::on_other_wake(Lock& lock, TimePoint now) {
    if (phase_ == Phase::idle) return;
    if (farewells_) return bid_farewell(lock);
    on_wake_in_call(now);
}

// Each limit is heard once, whatever the body was asked before: it may have begun to clean up.
void Engine::on_wake_in_call(TimePoint now) {
    if (demands(now).deadline_passed) {
        asked_to_end_ = true;
    } else if (!asked_to_end_) {
        call_timed_out_ = true;
    }
    cancel_call();
    arm_for_deadlines(now);
}

/// The end of time never comes.
bool Engine::is_due(TimePoint now) const noexcept {
    return planned_.begin <= now && planned_.begin != TimePoint::max();
}

/// @return whether a call begins; if not, none is due any more.
bool Engine::begin_call(TimePoint now) {
    const bool planned_is_due = begin_planned(now);
    if (!planned_is_due && !trigger_requested_) return false;
    extra_ = trigger_requested_ && !planned_is_due && !rebase_requested_;
    call_started_ = now;
    if (!planned_is_due) {
        call_missed_ = 0;
        call_due_ = now;
        stats_.last_lateness = Duration::zero();
    }
    if (rebase_requested_) schedule_->reset(now, planned_);
    trigger_requested_ = rebase_requested_ = false;

    ++stats_.runs;
    stats_.max_lateness = std::max(stats_.max_lateness, stats_.last_lateness);
    asked_to_end_ = call_timed_out_ = false;
    prepare_call();
    phase_ = Phase::calling;
    if (limits_ && cancellable()) arm_for_deadlines(now);
    return true;
}

/// @return whether the planned call is due; ticks that are too late for it are left out.
bool Engine::begin_planned(TimePoint now) {
    while (is_due(now)) {
        const std::uint64_t counted = planned_.missed;
        const Duration moved_by_jitter = planned_.begin - planned_.due;
        const bool in_time = schedule_->begin(planned_, now);
        stats_.missed += planned_.missed - counted;
        if (in_time) {
            call_missed_ = planned_.missed;
            call_due_ = planned_.due;
            stats_.last_lateness =
                std::max<Duration>(now - planned_.due - moved_by_jitter, Duration::zero());
            return true;
        }
        stats_.next_due = planned_.begin;
    }
    return false;
}

/// For the first limit of a call that is still to come.
void Engine::arm_for_deadlines(TimePoint now) {
    TimePoint first = TimePoint::max();
    if (limits_->call_timeout > Duration::zero()) {
        const TimePoint end_of_call = saturating_add(call_started_, limits_->call_timeout);
        if (end_of_call > now) first = end_of_call;
    }
    if (limits_->deadline > now) first = std::min(first, limits_->deadline);
    armed_in_call_ = first != TimePoint::max();
    if (armed_in_call_) arm(first, now);
}

/// A call that is due already is not put off, and none beyond the deadline.
TimePoint Engine::shared_wake(TimePoint due, TimePoint now) const noexcept {
    if (!limits_ || limits_->tolerance == Duration::zero() || due <= now) return due;
    const TimePoint shared = rounded_up(due, limits_->tolerance);
    return shared < limits_->deadline ? shared : due;
}

/// A wake-up that is under way already is ignored, too.
void Engine::disarm() noexcept {
    queue().remove(*this);
    ticket_ = 0;
}

std::shared_ptr<Engine> Engine::self() {
    return std::static_pointer_cast<Engine>(shared_from_this());
}

}  // namespace loopingcall::detail
