#pragma once

#include <algorithm>
#include <atomic>
#include <boost/asio/any_completion_executor.hpp>
#include <boost/asio/any_completion_handler.hpp>
#include <loopingcall/detail/timer_queue.hpp>
#include <mutex>
#include <optional>
#include <set>

#include "timer_heap.hpp"

namespace loopingcall::detail {

namespace asio = boost::asio;

/// The timers of a `VirtualClock`. Apart from the clock, because loops may outlive it.
class VirtualTimerQueue final : public TimerQueue,
                                public std::enable_shared_from_this<VirtualTimerQueue> {
  public:
    using SleepHandler = asio::any_completion_handler<void(boost::system::error_code)>;

    [[nodiscard]] TimePoint now() const noexcept override { return now_; }

    /// A due time in the past counts as now: it does not jump the queue of this instant.
    void add(Timer& timer, TimePoint due, TimePoint now) override;
    void remove(Timer& timer) noexcept override;

    /// The end of time never comes: what is armed there is not due, whatever happens at this moment
    /// still is.
    void set_now(TimePoint now) noexcept { now_ = std::min(now, TimePoint::max() - Duration{1}); }
    [[nodiscard]] std::size_t pending() const;
    [[nodiscard]] std::optional<TimePoint> earliest() const;
    [[nodiscard]] std::optional<TimerHeap::Expired> pop_due(TimePoint by);

    void sleep(Duration delay, SleepHandler handler, const asio::any_io_executor& fallback);

    /// The clock goes away: it forgets all that sleep.
    void close();

  private:
    class Sleep;
    void forget(Sleep& sleep);

    mutable std::mutex mutex_;
    std::atomic<TimePoint> now_{TimePoint{}};
    TimerHeap heap_;
    std::set<std::shared_ptr<Sleep>> sleeps_;
};

}  // namespace loopingcall::detail
