#pragma once

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/system/error_code.hpp>
#include <chrono>
#include <cstddef>
#include <loopingcall/default_token.hpp>
#include <loopingcall/export.hpp>
#include <loopingcall/time.hpp>
#include <memory>
#include <stdexcept>
#include <utility>

namespace loopingcall {

namespace detail {
class TimerQueue;
class VirtualTimerQueue;
}  // namespace detail

/// Thrown by a `VirtualClock` when more timers than it allows became due without time passing: a
/// loop whose delay is zero would otherwise hang the test.
class LOOPINGCALL_EXPORT ZeroDelayLoop : public std::logic_error {
  public:
    using std::logic_error::logic_error;
};

/// Time that passes only when a test says so: exact, instant, and independent of the machine's
/// load.
///
///     asio::io_context context;
///     VirtualClock clock{context};
///     FixedIntervalLoopingCall<void, VirtualClock> heartbeat{context.get_executor(), clock, beat};
///     heartbeat.start({.interval = 10s});
///     clock.advance(1min);                       // beats at 0, 10, 20, 30, 40, 50 and 60 s
///
/// A clock starts at zero and drives the handlers of its `io_context`; no other code may run that
/// context. It walks from deadline to deadline, so every handler sees the time it was due at, and
/// timers of the same instant fire in the order of arming. Clocks are independent of each other.
///
/// @par Thread safety  now() and pending() from any thread; the rest from the one that tests.
/// @par Limits  it does not drive `asio::steady_timer`, which knows only the real clock: code under
///      test sleeps with async_sleep().
class LOOPINGCALL_EXPORT VirtualClock {
  public:
    using duration = std::chrono::nanoseconds;
    using time_point = TimePoint;

    explicit VirtualClock(asio::io_context& context);
    ~VirtualClock();
    VirtualClock(const VirtualClock&) = delete;
    VirtualClock& operator=(const VirtualClock&) = delete;

    [[nodiscard]] TimePoint now() const noexcept;

    /// Lets `delay` pass: runs what is ready, then walks through every deadline up to and including
    /// now + `delay`, running what becomes ready at each. `advance(0ns)` runs what is ready now.
    /// A handler that spends time past that moment leaves the clock there, and what is due later
    /// to the next time.
    /// @throws std::invalid_argument if `delay` is negative; std::logic_error inside a handler of
    ///         the context; ZeroDelayLoop; the exception of a handler.
    void advance(Duration delay);

    /// Walks to the earliest deadline and runs what becomes ready.
    /// @return false if there was none.
    bool advance_to_next();

    /// Walks until no timer is armed, for `limit` at most. What is due at the end of time never
    /// comes, and does not count as armed.
    /// @return whether none is armed.
    /// @throws the same as advance().
    bool run_until_idle(Duration limit = Duration::max());

    /// Timers that are armed.
    [[nodiscard]] std::size_t pending() const;

    /// Lets time pass without running anything: what a plain body that takes `delay` does.
    /// @throws std::invalid_argument if `delay` is negative: time does not go back.
    void spend(Duration delay);

    /// How many timers may become due in one instant before `ZeroDelayLoop` (100,000 unless set).
    void set_wakeups_per_instant(std::size_t limit);

    /// Completes when `delay` has passed on this clock.
    ///
    /// @par Completion  `void(error_code)`; never inside this call.
    /// @par Cancellation  total, partial, terminal: completes with `operation_aborted` at once.
    template <class Token = default_token>
    auto async_sleep(Duration delay, Token&& token = Token{}) {
        return asio::async_initiate<Token, void(boost::system::error_code)>(
            [this](auto handler, Duration pause) { sleep(pause, std::move(handler)); }, token,
            delay);
    }

    /// For the classes of this library, which are driven by it.
    [[nodiscard]] std::shared_ptr<detail::TimerQueue> timer_queue() const;

  private:
    using SleepHandler = asio::any_completion_handler<void(boost::system::error_code)>;
    class Walking;

    void sleep(Duration delay, SleepHandler handler);
    void walk_to(TimePoint target);
    void drain(TimePoint target);

    asio::io_context& context_;
    std::shared_ptr<detail::VirtualTimerQueue> queue_;
    std::size_t wakeups_per_instant_ = 100'000;
    bool walking_ = false;
};

}  // namespace loopingcall
