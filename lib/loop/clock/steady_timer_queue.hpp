#pragma once

#include <atomic>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/execution_context.hpp>
#include <loopingcall/detail/mutex.hpp>
#include <loopingcall/detail/timer_queue.hpp>
#include <memory>
#include <mutex>
#include <optional>

#include "handler_memory.hpp"
#include "loop/inner_executor.hpp"
#include "timer_heap.hpp"

namespace loopingcall::detail {

namespace asio = boost::asio;

/// The steady clock of an execution context: one `asio::steady_timer` for all of its loops, with a
/// heap of due times behind it.
///
/// One timer, because a timer each costs some 250 bytes and a system call for every arming. A timer
/// that is due already is posted, because an expired `asio::steady_timer` costs 4 us in the kernel
/// and a post 0.2 us.
class SteadyTimerQueue final : public asio::execution_context::service, public TimerQueue {
  public:
    using key_type = SteadyTimerQueue;
    static asio::execution_context::id id;

    /// The queue of the context that `executor` belongs to.
    static std::shared_ptr<TimerQueue> of(const asio::any_io_executor& executor);

    explicit SteadyTimerQueue(asio::execution_context& context);
    ~SteadyTimerQueue() override;

    [[nodiscard]] TimePoint now() const noexcept override;
    void add(Timer& timer, TimePoint due, TimePoint now) override;
    void remove(Timer& timer) noexcept override;

  private:
    class Alarm;
    class OnAlarm;
    class OnPosted;
    template <class Executor>
    class AlarmOn;

    static std::unique_ptr<Alarm> make_alarm(const asio::any_io_executor& executor);
    void shutdown() override;
    void schedule(TimePoint now);
    void disarm_if_empty() noexcept;
    [[nodiscard]] TimerHeap::Expired pop_first(TimePoint here, bool by_alarm);
    [[nodiscard]] TimerHeap::Expired pop_due(TimePoint here);
    void fire(bool by_alarm);

    Scheduler* const scheduler_;
    Mutex mutex_;
    TimerHeap heap_;
    HandlerMemory wait_memory_;  // outlive the handlers, which outlive alarm_
    HandlerMemory post_memory_;
    std::unique_ptr<Alarm> alarm_;
    mutable std::atomic<TimePoint> last_read_{TimePoint{}};  // the clock, by whichever thread
    TimePoint armed_for_ = TimePoint::max();
    bool armed_ = false;                // fire() will be called at armed_for_
    std::atomic<bool> posted_ = false;  // fire() will be called soon; set under the lock
};

}  // namespace loopingcall::detail
