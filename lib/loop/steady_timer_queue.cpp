#include "steady_timer_queue.hpp"

#include <boost/asio/query.hpp>

#include "inner_executor.hpp"

namespace loopingcall::detail {

asio::execution_context::id SteadyTimerQueue::id;

// The timer runs outside of any strand: a busy strand must not delay the loops of the others.
// The pointer owns nothing, since the execution context owns its services.
std::shared_ptr<TimerQueue> SteadyTimerQueue::of(const asio::any_io_executor& executor) {
    auto& queue =
        asio::use_service<SteadyTimerQueue>(asio::query(executor, asio::execution::context));
    const std::scoped_lock lock(queue.mutex_);
    if (!queue.timer_) queue.timer_.emplace(inner_executor(executor));
    return {std::shared_ptr<void>{}, &queue};
}

std::shared_ptr<TimerQueue> steady_timer_queue(const asio::any_io_executor& executor) {
    return SteadyTimerQueue::of(executor);
}

TimePoint SteadyTimerQueue::now() const noexcept { return std::chrono::steady_clock::now(); }

Ticket SteadyTimerQueue::add(Timer& timer, TimePoint due) {
    const std::scoped_lock lock(mutex_);
    if (due <= now()) {
        const Ticket ticket = heap_.next_ticket();
        timer.wake(ticket, false);
        return ticket;
    }
    const Ticket ticket = heap_.push(timer, due);
    arm();
    return ticket;
}

void SteadyTimerQueue::remove(Timer& timer) noexcept {
    const std::scoped_lock lock(mutex_);
    if (!heap_.erase(timer) || !heap_.empty() || !armed_) return;
    // A timer left armed for nobody would keep the context's run() from returning. While somebody
    // waits, one wake-up too many is cheaper than arming anew.
    armed_ = false;
    timer_->cancel();
}

void SteadyTimerQueue::arm() {
    if (heap_.empty() || (armed_ && armed_for_ <= heap_.earliest())) return;
    armed_ = true;
    armed_for_ = heap_.earliest();
    timer_->expires_at(armed_for_);
    timer_->async_wait([this](const boost::system::error_code& error) {
        if (!error) fire();
    });
}

// One loop that is due alone runs right here, which is the cheapest. Several are posted, so that
// none of them has to wait for the body of another while a second thread is idle.
void SteadyTimerQueue::fire() {
    std::optional<TimerHeap::Expired> alone;
    {
        const std::scoped_lock lock(mutex_);
        armed_ = false;
        const TimePoint woken_at = now();
        const auto somebody_is_due = [&] { return !heap_.empty() && heap_.earliest() <= woken_at; };
        if (somebody_is_due()) alone = heap_.pop();
        while (somebody_is_due()) {
            if (alone) alone->timer->wake(alone->ticket, false);
            alone.reset();
            const TimerHeap::Expired next = heap_.pop();
            next.timer->wake(next.ticket, false);
        }
        arm();
    }
    if (alone) alone->timer->wake(alone->ticket, true);
}

void SteadyTimerQueue::shutdown() {
    const std::scoped_lock lock(mutex_);
    heap_.clear();
    timer_.reset();
}

}  // namespace loopingcall::detail
