// How a loop is controlled, from any thread.
#include <loopingcall/detail/engine.hpp>
#include <utility>

#include "engine_parts.hpp"
#include "loop/require.hpp"
#include "running_engines.hpp"

namespace loopingcall::detail {

// The observer is called where the body runs, not in here; and after those of earlier runs.
void Engine::stop(bool cancel_the_call) noexcept {
    Lock lock(mutex_);
    if (phase_ == Phase::idle) return;
    stop_requested_ = true;
    if (phase_ == Phase::ending) return;
    if (phase_ == Phase::calling) {
        if (!cancel_the_call) return;
        asked_to_end_ = true;
        return cancel_call();
    }
    const bool is_seen_to = farewells_ != nullptr;
    const bool observed = observer() != nullptr;
    end_run(StopReason::stopped, nullptr);
    if (is_seen_to) return;
    if (!observed) return bid_farewell(lock);
    const TimePoint now = queue().now();
    arm(now, now);
}

bool Engine::trigger(bool rebase) {
    const std::scoped_lock lock(mutex_);
    if (phase_ == Phase::idle || stop_requested_ || phase_ == Phase::ending) return false;
    if (rebase) rebase_requested_ = true;
    if (trigger_requested_) return true;
    trigger_requested_ = true;
    if (phase_ == Phase::waiting && !farewells_) arm_for_next_call(queue().now());
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
    if (interval && !schedule_->set_interval(*interval)) return true;
    const TimePoint now = queue().now();
    planned_ = schedule_->reset(now, planned_);
    stats_.next_due = planned_.begin;
    if (phase_ == Phase::waiting && !farewells_ && !trigger_requested_) arm_for_next_call(now);
    return true;
}

bool Engine::asked_to_give_up() const {
    const std::scoped_lock lock(mutex_);
    return asked_to_end_;
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
    const auto alive = site_->engines->hold();
    return alive ? site_->executor : asio::any_io_executor();
}

}  // namespace loopingcall::detail
