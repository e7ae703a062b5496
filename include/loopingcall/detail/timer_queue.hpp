#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <loopingcall/export.hpp>
#include <loopingcall/time.hpp>
#include <memory>
#include <optional>

namespace loopingcall::detail {

/// Names one arming of a timer. A wake-up that carries an older ticket than its owner remembers is
/// late news of an arming since withdrawn, and is ignored; Asio cannot take back a queued handler.
using Ticket = std::uint64_t;

/// One that waits in a `TimerQueue`; armed at most once at a time.
class LOOPINGCALL_EXPORT Timer : public std::enable_shared_from_this<Timer> {
  public:
    /// Hands the wake-up over to the executor of the waiter.
    /// @param self  this, to be kept alive until then.
    /// @param here  the time, if the caller stands on a thread of the execution context, where the
    ///        work may be done before this returns; otherwise it is posted.
    virtual void wake(std::shared_ptr<Timer>&& self, Ticket ticket,
                      std::optional<TimePoint> here) = 0;

    Timer(const Timer&) = delete;
    Timer& operator=(const Timer&) = delete;

  protected:
    Timer() = default;
    virtual ~Timer() = default;

    /// Of the last arming. Set by the queue, while its user holds whatever guards this timer.
    Ticket ticket_ = 0;

  private:
    friend class TimerHeap;
    static constexpr std::uint32_t nowhere = std::numeric_limits<std::uint32_t>::max();
    std::uint32_t slot_ = nowhere;
};

/// Where time comes from: the steady clock of an execution context, or a `VirtualClock`.
///
/// @par Thread safety  all functions may be called from any thread, and never call
///      `Timer::wake` with a time on the caller's stack.
class LOOPINGCALL_EXPORT TimerQueue {
  public:
    [[nodiscard]] virtual TimePoint now() const noexcept = 0;

    /// Arms `timer`, which must be owned by a `shared_ptr`, and gives it a new ticket; if it is
    /// armed already, this arming takes the place of the other. `TimePoint::max()` is never:
    /// nothing is armed.
    /// @param now  the time, as the caller has just read it.
    virtual void add(Timer& timer, TimePoint due, TimePoint now) = 0;

    /// Disarms `timer` if it is armed. Its wake-up may be under way already: see `Ticket`.
    virtual void remove(Timer& timer) noexcept = 0;

    TimerQueue(const TimerQueue&) = delete;
    TimerQueue& operator=(const TimerQueue&) = delete;

  protected:
    TimerQueue() = default;
    ~TimerQueue() = default;
};

/// The steady clock of the execution context that `executor` belongs to.
LOOPINGCALL_EXPORT std::shared_ptr<TimerQueue> steady_timer_queue(
    const boost::asio::any_io_executor& executor);

}  // namespace loopingcall::detail
