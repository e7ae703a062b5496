#include "steady_timer_queue.hpp"

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/query.hpp>
#include <boost/asio/thread_pool.hpp>
#include <utility>

#include "inner_executor.hpp"

namespace loopingcall::detail {

asio::execution_context::id SteadyTimerQueue::id;

/// The one timer, whatever executor it runs on.
class SteadyTimerQueue::Alarm {
  public:
    virtual ~Alarm() = default;
    virtual void arm(SteadyTimerQueue& queue, TimePoint due) = 0;
    virtual void cancel() = 0;
};

template <class Executor>
class SteadyTimerQueue::AlarmOn final : public Alarm {
  public:
    explicit AlarmOn(const Executor& executor) : timer_(executor) {}

    void arm(SteadyTimerQueue& queue, TimePoint due) override {
        timer_.expires_at(due);
        timer_.async_wait([&queue](const boost::system::error_code& error) {
            if (!error) queue.fire();
        });
    }

    void cancel() override { timer_.cancel(); }

  private:
    using Clock = std::chrono::steady_clock;
    asio::basic_waitable_timer<Clock, asio::wait_traits<Clock>, Executor> timer_;
};

SteadyTimerQueue::SteadyTimerQueue(asio::execution_context& context) : service(context) {}

SteadyTimerQueue::~SteadyTimerQueue() = default;

// The timer runs outside of any strand: a busy strand must not delay the loops of the others.
// The pointer owns nothing, since the execution context owns its services.
std::shared_ptr<TimerQueue> SteadyTimerQueue::of(const asio::any_io_executor& executor) {
    auto& queue =
        asio::use_service<SteadyTimerQueue>(asio::query(executor, asio::execution::context));
    const std::scoped_lock lock(queue.mutex_);
    if (!queue.timer_) queue.timer_ = make_timer(inner_executor(executor));
    return {std::shared_ptr<void>{}, &queue};
}

std::shared_ptr<TimerQueue> steady_timer_queue(const asio::any_io_executor& executor) {
    return SteadyTimerQueue::of(executor);
}

/// A timer on a concrete executor costs some 400 instructions less each time.
std::unique_ptr<SteadyTimerQueue::Alarm> SteadyTimerQueue::make_timer(
    const asio::any_io_executor& executor) {
    if (const auto* io = executor.target<asio::io_context::executor_type>()) {
        return std::make_unique<AlarmOn<asio::io_context::executor_type>>(*io);
    }
    if (const auto* pool = executor.target<asio::thread_pool::executor_type>()) {
        return std::make_unique<AlarmOn<asio::thread_pool::executor_type>>(*pool);
    }
    return std::make_unique<AlarmOn<asio::any_io_executor>>(executor);
}

TimePoint SteadyTimerQueue::now() const noexcept { return std::chrono::steady_clock::now(); }

Ticket SteadyTimerQueue::add(Timer& timer, TimePoint due, TimePoint now) {
    const std::scoped_lock lock(mutex_);
    if (due <= now) {
        const Ticket ticket = heap_.next_ticket();
        timer.wake(timer.shared_from_this(), ticket, std::nullopt);
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
    timer_->arm(*this, armed_for_);
}

// One loop that is due alone runs right here, which is the cheapest. Several are posted, so that
// none of them has to wait for the body of another while a second thread is idle.
void SteadyTimerQueue::fire() {
    const TimePoint woken_at = now();
    std::optional<TimerHeap::Expired> alone;
    {
        const std::scoped_lock lock(mutex_);
        armed_ = false;
        const auto somebody_is_due = [&] { return !heap_.empty() && heap_.earliest() <= woken_at; };
        if (somebody_is_due()) alone = heap_.pop();
        while (somebody_is_due()) {
            if (alone) hand_over(*std::exchange(alone, std::nullopt), std::nullopt);
            hand_over(heap_.pop(), std::nullopt);
        }
        arm();
    }
    if (alone) hand_over(*std::move(alone), woken_at);
}

void SteadyTimerQueue::hand_over(TimerHeap::Expired expired, std::optional<TimePoint> here) {
    Timer& timer = *expired.timer;
    timer.wake(std::move(expired.timer), expired.ticket, here);
}

void SteadyTimerQueue::shutdown() {
    const std::scoped_lock lock(mutex_);
    heap_.clear();
    timer_.reset();
}

}  // namespace loopingcall::detail
