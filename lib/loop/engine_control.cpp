// How a loop is controlled, from any thread.
#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>
#include <loopingcall/detail/engine.hpp>
#include <utility>

#include "require.hpp"
#include "waiter_entry.hpp"

namespace loopingcall::detail {

void Engine::stop(bool cancel_the_call) noexcept {
    Lock lock(mutex_);
    if (phase_ == Phase::idle || phase_ == Phase::ending) return;
    stop_requested_ = true;
    if (phase_ == Phase::calling) {
        if (cancel_the_call && !std::exchange(cancelled_, true)) cancel_call();
    } else if (observer()) {
        queue_->remove(*this);
        const TimePoint now = queue_->now();
        arm(now, now);  // the observer is told where the body runs, not in here
    } else {
        finish(lock, StopReason::stopped, nullptr);
    }
}

bool Engine::trigger(bool rebase) {
    const std::scoped_lock lock(mutex_);
    if (phase_ == Phase::idle || phase_ == Phase::ending || stop_requested_) return false;
    rebase_requested_ = rebase_requested_ || rebase;
    const bool already_requested = std::exchange(trigger_requested_, true);
    if (phase_ == Phase::waiting && !already_requested) {
        queue_->remove(*this);
        arm_for_next_call(queue_->now());
    }
    return true;
}

bool Engine::reset() { return begin_new_grid(std::nullopt); }

bool Engine::set_interval(Duration interval) {
    require(interval > Duration::zero(), "interval", interval, "greater than zero");
    return begin_new_grid(interval);
}

bool Engine::begin_new_grid(std::optional<Duration> interval) {
    const std::scoped_lock lock(mutex_);
    if (phase_ == Phase::idle || phase_ == Phase::ending || stop_requested_) return false;
    if (interval) schedule_->set_interval(*interval);
    const TimePoint now = queue_->now();
    planned_ = schedule_->reset(now, planned_);
    stats_.next_due = planned_.begin;
    if (phase_ == Phase::waiting && !trigger_requested_) {
        queue_->remove(*this);
        arm_for_next_call(now);
    }
    return true;
}

bool Engine::asked_to_give_up() const {
    const std::scoped_lock lock(mutex_);
    return cancelled_ && !call_timed_out_;
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

}  // namespace loopingcall::detail
