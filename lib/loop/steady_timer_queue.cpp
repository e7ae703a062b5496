#include "steady_timer_queue.hpp"

#include <algorithm>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/bind_allocator.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
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
    virtual void post(SteadyTimerQueue& queue) = 0;
};

template <class Executor>
class SteadyTimerQueue::AlarmOn final : public Alarm {
  public:
    explicit AlarmOn(const Executor& executor) : timer_(executor) {}

    void arm(SteadyTimerQueue& queue, TimePoint due) override {
        timer_.expires_at(due);
        timer_.async_wait(asio::bind_allocator(HandlerAllocator<void>(queue.wait_memory_),
                                               [&queue](const boost::system::error_code& error) {
                                                   if (!error) queue.on_alarm();
                                               }));
    }

    void cancel() override { timer_.cancel(); }

    void post(SteadyTimerQueue& queue) override {
        asio::post(timer_.get_executor(),
                   asio::bind_allocator(HandlerAllocator<void>(queue.post_memory_),
                                        [&queue] { queue.on_posted(); }));
    }

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
    if (!queue.alarm_) queue.alarm_ = make_alarm(inner_executor(executor));
    return {std::shared_ptr<void>{}, &queue};
}

std::shared_ptr<TimerQueue> steady_timer_queue(const asio::any_io_executor& executor) {
    return SteadyTimerQueue::of(executor);
}

/// A timer on a concrete executor costs some 400 instructions less each time.
std::unique_ptr<SteadyTimerQueue::Alarm> SteadyTimerQueue::make_alarm(
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

// A due time in the past counts as now: a loop that never keeps up must not overtake the others.
Ticket SteadyTimerQueue::add(Timer& timer, TimePoint due, TimePoint now) {
    const std::scoped_lock lock(mutex_);
    const Ticket ticket = heap_.push(timer, std::max(due, now));
    schedule(now);
    return ticket;
}

void SteadyTimerQueue::remove(Timer& timer) noexcept {
    const std::scoped_lock lock(mutex_);
    if (heap_.erase(timer)) disarm_if_empty();
}

/// A timer left armed for nobody would keep the context's run() from returning. While somebody
/// waits, one wake-up too many is cheaper than arming anew. Under the lock.
void SteadyTimerQueue::disarm_if_empty() noexcept {
    if (!heap_.empty() || !armed_) return;
    armed_ = false;
    alarm_->cancel();
}

/// Sees to it that fire() is called when the earliest timer is due. Under the lock.
void SteadyTimerQueue::schedule(TimePoint now) {
    if (heap_.empty() || posted_) return;
    const TimePoint earliest = heap_.earliest();
    if (earliest <= now) {
        posted_ = true;
        alarm_->post(*this);
    } else if (!armed_ || earliest < armed_for_) {
        armed_ = true;
        armed_for_ = earliest;
        alarm_->arm(*this, earliest);
    }
}

void SteadyTimerQueue::on_alarm() { fire(armed_); }

void SteadyTimerQueue::on_posted() { fire(posted_); }

// One at a time, and what is due besides is seen to by another handler, posted before: so nobody
// has to wait for the body of another while a second thread is idle, other work of the context gets
// its turn, and however many are due, one handler's memory is enough.
void SteadyTimerQueue::fire(bool& what_called) {
    const TimePoint woken_at = now();
    std::optional<TimerHeap::Expired> due;
    {
        const std::scoped_lock lock(mutex_);
        what_called = false;
        if (!heap_.empty() && heap_.earliest() <= woken_at) due = heap_.pop();
        schedule(woken_at);
        disarm_if_empty();  // it may be armed for one that was triggered instead
    }
    if (!due) return;
    Timer& timer = *due->timer;
    timer.wake(std::move(due->timer), due->ticket, woken_at);
}

void SteadyTimerQueue::shutdown() {
    const std::scoped_lock lock(mutex_);
    heap_.clear();
    alarm_.reset();
}

}  // namespace loopingcall::detail
