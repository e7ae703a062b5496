#pragma once

#include <loopingcall/detail/accept_body.hpp>
#include <loopingcall/detail/executor_argument.hpp>
#include <loopingcall/detail/start.hpp>
#include <loopingcall/looping_call_base.hpp>
#include <loopingcall/options.hpp>
#include <loopingcall/step.hpp>
#include <loopingcall/tick.hpp>
#include <utility>

namespace loopingcall {

/// Says that trigger() should begin a new grid at the call it makes.
struct rebase_t {};
inline constexpr rebase_t rebase{};

/// Calls a body at a fixed interval until it is done, and reports how the run ended.
///
///     FixedIntervalLoopingCall<int> call{executor, [&]() -> asio::awaitable<Step<int>> {
///         const int answer = co_await ask();
///         if (answer == 0) co_return again;
///         co_return done(answer);
///     }};
///     Outcome<int> outcome = co_await call.start({.interval = 1s}).async_wait();
///
/// The body is a plain function or one that returns `asio::awaitable`; it takes a `const Tick&` or
/// nothing; it returns a `Step<T>` or nothing, which means `again`. It may be move-only.
///
/// @par Time  call k is planned at origin + k * interval, the origin being start() + initial_delay:
///      no rounding, no drift. `Options::missed_ticks` decides what happens to ticks that pass
///      while a call is busy; by default they are skipped and counted:
///
///          planned   0    100    200    300    400        the first call takes 250
///          calls     |-------------|    |      |          0, 300 (missed 2), 400
///
/// @par Errors  an exception of the body ends the run as `failed`, and waiters get that exception,
///      unless `Options::on_error` lets the run continue.
/// @par Limits  it knows no wall clock, keeps nothing on disk, and does not count the time that a
///      suspended machine was asleep.
///
/// Control, waiting, threads and lifetime: see `LoopingCallBase`. Like `oslo.service`'s class of
/// this name, without its rounding, drift and ambiguous end.
template <class T = void, class Clock = std::chrono::steady_clock>
class FixedIntervalLoopingCall : public LoopingCallBase<T, Clock> {
    using Base = LoopingCallBase<T, Clock>;

  public:
    /// @param executor  where calls are made: an executor, or an execution context.
    template <class Body>
    requires std::same_as<Clock, std::chrono::steady_clock> FixedIntervalLoopingCall(
        const detail::ExecutorArgument& executor, Body body)
        : Base(executor, detail::accept_fixed_interval_body<T>(std::move(body))) {}

    /// Driven by `clock`, which must be one of the context of `executor`.
    template <class Body>
    requires std::same_as<Clock, VirtualClock> FixedIntervalLoopingCall(
        const detail::ExecutorArgument& executor, Clock& clock, Body body)
        : Base(executor, clock, detail::accept_fixed_interval_body<T>(std::move(body))) {}

    /// Begins a run. The first call is never made inside this one, also without an initial delay.
    ///
    /// May be used again once the outcome of the last run is there, and directly after stop()
    /// unless a call is being made: then the waiters of the ended run get `stopped`, and its
    /// `on_finish` comes before anything of the new run.
    /// @throws std::invalid_argument for options out of range; `system_error` with
    ///         `errc::already_running` if a run has not ended, which is left alone; with
    ///         `operation_aborted` if the context was destroyed.
    FixedIntervalLoopingCall& start(const Options& options) {
        detail::start(this->engine(), options);
        return *this;
    }

    using Base::trigger;

    /// The same, and begins a new grid at that call: the next one is an interval later.
    bool trigger(rebase_t) { return this->engine().trigger(true); }

    /// Postpones: begins a new grid now, so the next call is an interval from now; also while the
    /// body runs, and during the initial delay. That call is not moved by jitter.
    /// @return false, without effect, if the loop has ended or was stopped.
    bool reset() { return this->engine().reset(); }

    /// The same with another interval, from now on and until the run ends. The interval that is
    /// set already changes nothing, and does not postpone the next call.
    /// @throws std::invalid_argument unless `interval` is greater than zero.
    bool set_interval(Duration interval) { return this->engine().set_interval(interval); }
};

}  // namespace loopingcall
