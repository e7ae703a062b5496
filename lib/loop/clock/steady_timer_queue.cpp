#include "steady_timer_queue.hpp"

#include <algorithm>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/query.hpp>
#include <boost/asio/thread_pool.hpp>
#include <utility>

#include "loop/inner_executor.hpp"

namespace loopingcall::detail {

asio::execution_context::id SteadyTimerQueue::id;

namespace {

// Between two handlers of ours, all others that are queued get their turn. One of ours may be
// queued before them when this is used up, so they wait for twice as much at most: 64 calls, or 100
// us.
constexpr int most_calls_in_a_turn = 32;
constexpr Duration longest_turn = std::chrono::microseconds{50};

}  // namespace

// A handler with an allocator of its own. Asio completes one that asio::bind_allocator has made by
// way of its executor, which costs some 60 instructions more.
class SteadyTimerQueue::OnAlarm {
  public:
    using allocator_type = HandlerAllocator<void>;
    explicit OnAlarm(SteadyTimerQueue& queue) noexcept : queue_(&queue) {}
    [[nodiscard]] allocator_type get_allocator() const noexcept {
        return allocator_type(queue_->wait_memory_);
    }
    void operator()(const boost::system::error_code& error) const {
        if (!error) queue_->fire(true);
    }

  private:
    SteadyTimerQueue* queue_;
};

class SteadyTimerQueue::OnPosted {
  public:
    using allocator_type = HandlerAllocator<void>;
    explicit OnPosted(SteadyTimerQueue& queue) noexcept : queue_(&queue) {}
    [[nodiscard]] allocator_type get_allocator() const noexcept {
        return allocator_type(queue_->post_memory_);
    }
    void operator()() const { queue_->fire(false); }

  private:
    SteadyTimerQueue* queue_;
};

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
        timer_.async_wait(OnAlarm(queue));
    }

    void cancel() override { timer_.cancel(); }

    void post(SteadyTimerQueue& queue) override {
        asio::post(timer_.get_executor(), OnPosted(queue));
    }

  private:
    using Clock = std::chrono::steady_clock;
    asio::basic_waitable_timer<Clock, asio::wait_traits<Clock>, Executor> timer_;
};

SteadyTimerQueue::SteadyTimerQueue(asio::execution_context& context)
    : service(context), scheduler_(scheduler_of(context)) {}

SteadyTimerQueue::~SteadyTimerQueue() = default;

// The timer runs outside of any strand: a busy strand must not delay the loops of the others.
// The pointer owns nothing, since the execution context owns its services.
std::shared_ptr<TimerQueue> SteadyTimerQueue::of(const asio::any_io_executor& executor) {
    auto& queue =
        asio::use_service<SteadyTimerQueue>(asio::query(executor, asio::execution::context));
    const std::scoped_lock lock(queue.mutex_);
    if (!queue.alarm_) {
        queue.alarm_ = make_alarm(
            asio::prefer(inner_executor(executor), asio::execution::outstanding_work.untracked));
    }
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

TimePoint SteadyTimerQueue::now() const noexcept {
    const TimePoint read = std::chrono::steady_clock::now();
    last_read_.store(read, std::memory_order_relaxed);
    return read;
}

// A due time in the past counts as now: a loop that never keeps up must not overtake the others.
[[gnu::flatten]] void SteadyTimerQueue::add(Timer& timer, TimePoint due, TimePoint now) {
    const std::scoped_lock lock(mutex_);
    heap_.push(timer, std::max(due, now));
    schedule(now);
}

// The alarm may be left over from an arming that another one has taken the place of. Armed for
// nothing, it would keep the context's run() from returning; while anything waits, one wake-up too
// many is cheaper than arming it again.
void SteadyTimerQueue::remove(Timer& timer) noexcept {
    const std::scoped_lock lock(mutex_);
    heap_.erase(timer);
    disarm_if_empty();
}

/// Under the lock.
void SteadyTimerQueue::disarm_if_empty() noexcept {
    if (!heap_.empty() || !armed_) return;
    armed_ = false;
    alarm_->cancel();
}

/// Sees to it that fire() is called when the earliest timer is due. Under the lock.
void SteadyTimerQueue::schedule(TimePoint now) {
    if (heap_.empty() || posted_.load(std::memory_order_relaxed)) return;
    const TimePoint earliest = heap_.earliest();
    if (earliest <= now) {
        posted_.store(true, std::memory_order_relaxed);
        alarm_->post(*this);
    } else if (!armed_ || earliest < armed_for_) {
        armed_ = true;
        armed_for_ = earliest;
        alarm_->arm(*this, earliest);
    }
}

// Loops that are due together share a handler, because each handler costs a turn of the scheduler
// and a look for other events. One loop at a time is taken, and before the first is called,
// another handler sees to the others: so no loop waits for the body of another while a second
// thread is idle. No such handler: no other loop was due, and the alarm sees to what becomes due.
[[gnu::flatten]] void SteadyTimerQueue::fire(bool by_alarm) {
    TimePoint here = now();
    const TimePoint until = here + longest_turn;
    for (int calls = 0; calls < most_calls_in_a_turn && here < until; ++calls) {
        TimerHeap::Expired due = calls == 0 ? pop_first(here, by_alarm) : pop_due(here);
        if (!due.timer) return;
        Timer& timer = *due.timer;
        timer.wake(std::move(due.timer), due.ticket, here);
        if (!posted_.load(std::memory_order_relaxed)) return;
        const TimePoint seen = last_read_.load(std::memory_order_relaxed);
        here = seen > here ? seen : now();
    }
}

/// @return no timer if none is due.
TimerHeap::Expired SteadyTimerQueue::pop_first(TimePoint here, bool by_alarm) {
    TimerHeap::Expired due{};
    const std::scoped_lock lock(mutex_);
    if (by_alarm) {
        armed_ = false;
    } else {
        posted_.store(false, std::memory_order_relaxed);
    }
    if (!heap_.empty() && heap_.earliest() <= here) due = heap_.pop();
    if (heap_.empty()) {
        disarm_if_empty();  // it may be armed for one that was triggered instead
    } else {
        schedule(here);
    }
    return due;
}

/// @return no timer if none is due, or no more are to be called.
TimerHeap::Expired SteadyTimerQueue::pop_due(TimePoint here) {
    TimerHeap::Expired due{};
    const std::scoped_lock lock(mutex_);
    const bool is_due = !heap_.empty() && heap_.earliest() <= here;
    if (is_due && !is_stopped(scheduler_)) due = heap_.pop();
    if (!due.timer) schedule(here);
    disarm_if_empty();
    return due;
}

void SteadyTimerQueue::shutdown() {
    const std::scoped_lock lock(mutex_);
    heap_.clear();
    alarm_.reset();
}

}  // namespace loopingcall::detail
