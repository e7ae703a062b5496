#include "virtual_timer_queue.hpp"

#include <algorithm>
#include <boost/asio/append.hpp>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/consign.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>
#include <utility>

#include "loop/time_arithmetic.hpp"

namespace loopingcall::detail {

/// One async_sleep() that has not completed.
class VirtualTimerQueue::Sleep final : public Timer {
  public:
    Sleep(VirtualTimerQueue& queue, SleepHandler handler, const asio::any_io_executor& fallback)
        : queue_(queue),
          handler_(std::move(handler)),
          executor_(fallback),
          work_(asio::prefer(asio::get_associated_executor(handler_, fallback),
                             asio::execution::outstanding_work.tracked)) {}

    void wake(std::shared_ptr<Timer>&& /*self*/, Ticket /*ticket*/,
              std::optional<TimePoint> /*here*/) override {
        complete({});
    }

    /// Once, however many threads see to it.
    void complete(boost::system::error_code error) {
        if (completed_.test_and_set()) return;
        asio::post(executor_,
                   asio::append(asio::consign(std::move(handler_), std::move(work_)), error));
        queue_.forget(*this);
    }

  private:
    VirtualTimerQueue& queue_;
    SleepHandler handler_;
    asio::any_io_executor executor_;
    asio::any_completion_executor work_;
    std::atomic_flag completed_;
};

void VirtualTimerQueue::add(Timer& timer, TimePoint due, TimePoint /*now*/) {
    const std::scoped_lock lock(mutex_);
    heap_.push(timer, std::max(due, now()));
}

void VirtualTimerQueue::remove(Timer& timer) noexcept {
    const std::scoped_lock lock(mutex_);
    heap_.erase(timer);
}

std::size_t VirtualTimerQueue::pending() const {
    const std::scoped_lock lock(mutex_);
    return heap_.size();
}

std::optional<TimePoint> VirtualTimerQueue::earliest() const {
    const std::scoped_lock lock(mutex_);
    if (heap_.empty()) return std::nullopt;
    return heap_.earliest();
}

std::optional<TimerHeap::Expired> VirtualTimerQueue::pop_due(TimePoint by) {
    const std::scoped_lock lock(mutex_);
    if (heap_.empty() || heap_.earliest() > by) return std::nullopt;
    return heap_.pop();
}

void VirtualTimerQueue::sleep(Duration delay, SleepHandler handler,
                              const asio::any_io_executor& fallback) {
    auto slot = asio::get_associated_cancellation_slot(handler);
    auto sleep = std::make_shared<Sleep>(*this, std::move(handler), fallback);
    {
        const std::scoped_lock lock(mutex_);
        sleeps_.insert(sleep);
    }
    if (slot.is_connected()) {
        slot.assign(
            [queue = weak_from_this(), weak = std::weak_ptr(sleep)](asio::cancellation_type) {
                auto alive = queue.lock();
                auto sleeper = weak.lock();
                if (!alive || !sleeper) return;
                alive->remove(*sleeper);
                sleeper->complete(asio::error::operation_aborted);
            });
    }
    add(*sleep, saturating_add(now(), delay), now());
}

void VirtualTimerQueue::forget(Sleep& sleep) {
    const auto self = std::static_pointer_cast<Sleep>(sleep.shared_from_this());
    const std::scoped_lock lock(mutex_);
    sleeps_.erase(self);
}

void VirtualTimerQueue::close() {
    std::set<std::shared_ptr<Sleep>> dropped;
    const std::scoped_lock lock(mutex_);
    heap_.clear();
    dropped.swap(sleeps_);
}

}  // namespace loopingcall::detail
