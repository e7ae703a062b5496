#include <algorithm>
#include <boost/asio/append.hpp>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/query.hpp>
#include <boost/system/system_error.hpp>
#include <loopingcall/detail/engine.hpp>
#include <loopingcall/detail/run.hpp>
#include <loopingcall/error.hpp>
#include <stdexcept>
#include <string>
#include <utility>

#include "decide.hpp"
#include "running_engines.hpp"

namespace loopingcall::detail {

using boost::system::system_error;

/// One who waits for the outcome. The work is counted on his executor, so that its run() does not
/// return before he is told.
struct Engine::WaiterEntry {
    WaiterEntry(std::uint64_t id_, Waiter handler_, const asio::any_io_executor& executor_)
        : id(id_),
          handler(std::move(handler_)),
          executor(executor_),
          work(asio::prefer(asio::get_associated_executor(handler, executor_),
                            asio::execution::outstanding_work.tracked)) {}

    void tell(std::exception_ptr error, ErasedOutcome outcome) {
        asio::post(executor,
                   asio::append(std::move(handler), std::move(error), std::move(outcome)));
    }

    std::uint64_t id;
    Waiter handler;
    asio::any_io_executor executor;
    asio::any_completion_executor work;
};

/// All that a run leaves behind, taken out under the lock to be dealt with outside of it.
struct Engine::Ending {
    std::list<WaiterEntry> waiters;
    std::exception_ptr error;
    ErasedOutcome outcome;
    std::shared_ptr<Run> run;
    std::shared_ptr<Engine> self;
};

namespace {

/// `after(d)` with a negative d, and `failed()` without an error, are failures of the call.
CallResult checked(CallResult result) {
    if (const auto* pause = std::get_if<After>(&result); pause && pause->delay < Duration::zero()) {
        return failed(std::make_exception_ptr(std::invalid_argument(
            "the body returned after(" + std::to_string(pause->delay.count()) +
            " ns); the delay must be zero or more")));
    }
    if (const auto* failure = std::get_if<Failed>(&result); failure && !failure->error) {
        return failed(std::make_exception_ptr(
            std::invalid_argument("the body returned failed() without an error")));
    }
    return result;
}

}  // namespace

Engine::Engine(asio::any_io_executor executor, std::shared_ptr<TimerQueue> queue)
    : executor_(std::move(executor)),
      queue_(std::move(queue)),
      running_engines_(
          asio::use_service<RunningEngines>(asio::query(executor_, asio::execution::context))) {}

Engine::~Engine() = default;

void Engine::start(const Options& options) {
    validate(options);
    const std::scoped_lock lock(mutex_);
    if (phase_ != Phase::idle) throw system_error(make_error_code(errc::already_running));
    run_ = make_run();
    running_engines_.insert(*this);
    self_ = self();
    outcome_.reset();
    error_ = nullptr;
    options_ = options;
    stats_ = {};
    missed_ = 0;
    stop_requested_ = cancelled_ = false;
    phase_ = Phase::waiting;
    const TimePoint now = queue_->now();
    grid_ = due_ = saturating_add(now, options.initial_delay);
    deadline_ = saturating_add(now, options.timeout.value_or(Duration::max()));
    arm(std::min(due_, deadline_));
}

void Engine::stop(bool cancel_call) noexcept {
    Ending ending;
    {
        const std::scoped_lock lock(mutex_);
        if (phase_ == Phase::idle) return;
        stop_requested_ = true;
        if (phase_ == Phase::calling) {
            if (!cancel_call || !run_ || std::exchange(cancelled_, true)) return;
            run_->cancel(executor_);
            return;
        }
        ending = end(StopReason::stopped, nullptr);
    }
    tell(std::move(ending));
}

void Engine::wake(Ticket ticket, bool may_run_now) {
    auto on_executor = [self = self(), ticket] { self->on_wake(ticket); };
    if (may_run_now) {
        asio::dispatch(executor_, std::move(on_executor));
    } else {
        asio::post(executor_, std::move(on_executor));
    }
}

void Engine::on_wake(Ticket ticket) {
    Tick tick;
    std::shared_ptr<Run> run;
    Ending ending;
    {
        const std::scoped_lock lock(mutex_);
        if (phase_ == Phase::idle || ticket != ticket_) return;
        const TimePoint now = queue_->now();
        if (phase_ == Phase::calling) {
            if (!std::exchange(cancelled_, true)) run_->cancel(executor_);
            return;
        }
        if (deadline_ <= now && deadline_ != TimePoint::max()) {
            ending = end(StopReason::timed_out, nullptr);
        } else if (due_ > now) {
            arm(std::min(due_, deadline_));
            return;
        } else {
            phase_ = Phase::calling;
            tick = {stats_.runs, missed_, due_, now};
            ++stats_.runs;
            stats_.missed += missed_;
            run = run_;
            if (run && deadline_ != TimePoint::max()) arm(deadline_);
        }
    }
    if (ending.self) {
        tell(std::move(ending));
    } else {
        call(tick, run);
    }
}

bool Engine::returned(CallResult result) {
    result = checked(std::move(result));
    Ending ending;
    {
        const std::scoped_lock lock(mutex_);
        if (phase_ != Phase::calling) return false;  // abandoned
        queue_->remove(*this);
        const TimePoint now = queue_->now();
        const Demands demands{.stop_requested = stop_requested_,
                              .cancelled = cancelled_,
                              .deadline_passed = deadline_ <= now && deadline_ != TimePoint::max(),
                              .calls_used_up = options_.max_calls == stats_.runs};
        const auto reason = reason_to_end(result, demands);
        if (!reason) {
            const auto* pause = std::get_if<After>(&result);
            const Plan plan = pause ? Plan{.due = saturating_add(now, pause->delay)}
                                    : next_due(grid_, due_, now, options_.interval);
            due_ = plan.due;
            missed_ = plan.missed;
            phase_ = Phase::waiting;
            arm(std::min(due_, deadline_));
            return true;
        }
        const auto* failure = std::get_if<Failed>(&result);
        ending = end(*reason, *reason == StopReason::failed ? failure->error : nullptr);
    }
    tell(std::move(ending));
    return false;
}

void Engine::arm(TimePoint due) { ticket_ = queue_->add(*this, due); }

Engine::Ending Engine::end(StopReason reason, std::exception_ptr error) {
    queue_->remove(*this);
    running_engines_.erase(*this);
    phase_ = Phase::idle;
    outcome_ = make_outcome(reason, error, stats_);
    error_ = error;
    return {std::exchange(waiters_, {}), std::move(error), outcome_, std::move(run_),
            std::move(self_)};
}

void Engine::tell(Ending ending) {
    if (ending.run) ending.run->end(executor_);
    for (WaiterEntry& waiter : ending.waiters) waiter.tell(ending.error, ending.outcome);
}

void Engine::abandon() noexcept {
    Ending dropped;
    asio::any_io_executor executor;
    {
        const std::scoped_lock lock(mutex_);
        if (phase_ == Phase::idle) return;
        queue_->remove(*this);
        running_engines_.erase(*this);
        phase_ = Phase::idle;
        dropped = {std::exchange(waiters_, {}), nullptr, nullptr, std::move(run_),
                   std::move(self_)};
        executor = std::exchange(executor_, {});
    }
    if (dropped.run) dropped.run->abandon();
}

void Engine::add_waiter(Waiter waiter) {
    auto slot = asio::get_associated_cancellation_slot(waiter);
    const std::scoped_lock lock(mutex_);
    WaiterEntry entry(next_waiter_++, std::move(waiter), executor_);
    if (phase_ == Phase::idle) {
        outcome_
            ? entry.tell(error_, outcome_)
            : entry.tell(std::make_exception_ptr(system_error(make_error_code(errc::not_started))),
                         nullptr);
        return;
    }
    if (slot.is_connected()) {
        slot.assign([weak = weak_from_this(), id = entry.id](asio::cancellation_type) {
            if (auto timer = weak.lock()) static_cast<Engine&>(*timer).cancel_waiter(id);
        });
    }
    waiters_.push_back(std::move(entry));
}

void Engine::cancel_waiter(std::uint64_t id) {
    std::list<WaiterEntry> cancelled;
    {
        const std::scoped_lock lock(mutex_);
        const auto found = std::find_if(waiters_.begin(), waiters_.end(),
                                        [id](const WaiterEntry& entry) { return entry.id == id; });
        if (found == waiters_.end()) return;
        cancelled.splice(cancelled.end(), waiters_, found);
    }
    cancelled.front().tell(std::make_exception_ptr(system_error(asio::error::operation_aborted)),
                           nullptr);
}

bool Engine::running() const {
    const std::scoped_lock lock(mutex_);
    return phase_ != Phase::idle;
}

Stats Engine::stats() const {
    const std::scoped_lock lock(mutex_);
    return stats_;
}

asio::any_io_executor Engine::executor() const {
    const std::scoped_lock lock(mutex_);
    return executor_;
}

std::shared_ptr<Engine> Engine::self() {
    return std::static_pointer_cast<Engine>(shared_from_this());
}

}  // namespace loopingcall::detail
