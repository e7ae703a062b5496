#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/execution_context.hpp>
#include <loopingcall/detail/timer_queue.hpp>
#include <memory>
#include <mutex>
#include <optional>

#include "handler_memory.hpp"
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
    Ticket add(Timer& timer, TimePoint due, TimePoint now) override;
    void remove(Timer& timer) noexcept override;

  private:
    class Alarm;
    template <class Executor>
    class AlarmOn;

    static std::unique_ptr<Alarm> make_alarm(const asio::any_io_executor& executor);
    void shutdown() override;
    void schedule(TimePoint now);
    void disarm_if_empty() noexcept;
    void on_alarm();
    void on_posted();
    void fire(bool& what_called);

    std::mutex mutex_;
    TimerHeap heap_;
    HandlerMemory wait_memory_;  // outlive the handlers, which outlive alarm_
    HandlerMemory post_memory_;
    std::unique_ptr<Alarm> alarm_;
    TimePoint armed_for_ = TimePoint::max();
    bool armed_ = false;   // on_alarm() will be called at armed_for_
    bool posted_ = false;  // on_posted() will be called soon
};

}  // namespace loopingcall::detail
