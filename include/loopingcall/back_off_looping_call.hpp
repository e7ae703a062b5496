#pragma once

#include <cstdint>
#include <functional>
#include <loopingcall/detail/accept_body.hpp>
#include <loopingcall/detail/executor_argument.hpp>
#include <loopingcall/detail/start.hpp>
#include <loopingcall/limit.hpp>
#include <loopingcall/looping_call_base.hpp>
#include <loopingcall/on_error.hpp>
#include <loopingcall/step.hpp>
#include <loopingcall/tick.hpp>
#include <optional>
#include <utility>

namespace loopingcall {

class Observer;

/// How a `BackOffLoopingCall` is started. The names and values are oslo.service's.
struct BackOffOptions {
    /// From start() to the first call. Zero or more.
    Duration initial_delay = Duration::zero();

    /// What the delay grows from, and falls back to after a success. Greater than zero.
    Duration starting_interval = std::chrono::seconds{1};

    /// How long the loop may wait in all since the last success; a delay that would exceed it is
    /// not begun, and the outcome is `timed_out`. Zero or more. Empty: no limit. Unless given: five
    /// minutes, or no limit if there is `max_calls`, or if the first delay is longer than that.
    Limit<Duration> timeout = Limit<Duration>::by_default(std::chrono::minutes{5});

    /// No delay is longer. At least `min_interval`. Empty: five minutes, or `starting_interval` or
    /// `min_interval` if that is longer.
    std::optional<Duration> max_interval = std::nullopt;

    /// The mean of the random factor: a delay grows by 2 * jitter with each failure. Greater than
    /// zero; at 0.5 it does not grow.
    double jitter = 0.75;

    /// No delay is shorter. Zero or more. Empty: 1 ms, or `starting_interval` if that is shorter.
    std::optional<Duration> min_interval = std::nullopt;

    /// As in `Options`.
    std::optional<Duration> call_timeout = std::nullopt;
    std::optional<std::uint64_t> max_calls = std::nullopt;

    /// What happens when a call fails, which is not the same as no success.
    /// `OnError::keep_schedule` counts it as no success. `OnError::backoff` waits for `delays`
    /// instead, which leave the growth for no success as it is. Either wait counts for `timeout`.
    OnError on_error = {};

    /// As in `Options`.
    std::function<double()> random = nullptr;
    std::shared_ptr<Observer> observer = nullptr;
};

/// Calls a body until it is done, and waits the longer the more often it has had no success.
///
///     BackOffLoopingCall<> call{executor, [&]() -> bool { return server.accepts(beat); }};
///     call.start({.starting_interval = 1s, .max_interval = 1min});
///
/// The body is a plain function or one that returns `asio::awaitable`; it takes a `const Tick&` or
/// nothing; it returns a `bool` (success) or a `BackOffStep<T>`, with done() for the end. An
/// exception ends the loop as `failed`, unless `BackOffOptions::on_error` has it go on.
///
/// @par Time  delays count from the end of a call. With I = starting_interval in the beginning and
///      r = jitter * (1 + 0.2 * (2u - 1)), a u drawn from [0, 1) for each call:
///
///          no success:  delay = clamp(min(2 * I * jitter, max) * r / jitter, min, max),
///                       then I = min(max(2 * I * jitter, min), max)
///          success:     I = starting_interval, delay = clamp(I * r, min, max)
///
///      Equal to oslo.service wherever that is below its cap; here the cap always holds, and delays
///      still vary when it is reached.
///
/// Control, waiting, threads and lifetime: see `LoopingCallBase`.
template <class T = void, class Clock = std::chrono::steady_clock>
class BackOffLoopingCall : public LoopingCallBase<T, Clock> {
    using Base = LoopingCallBase<T, Clock>;

  public:
    /// @param executor  where calls are made: an executor, or an execution context.
    template <class Body>
    requires std::same_as<Clock, std::chrono::steady_clock> BackOffLoopingCall(
        const detail::ExecutorArgument& executor, Body body)
        : Base(executor, detail::accept_back_off_body<T>(std::move(body))) {}

    /// Driven by `clock`, which must be one of the context of `executor`.
    template <class Body>
    requires std::same_as<Clock, VirtualClock> BackOffLoopingCall(
        const detail::ExecutorArgument& executor, Clock& clock, Body body)
        : Base(executor, clock, detail::accept_back_off_body<T>(std::move(body))) {}

    /// Begins a run: see `FixedIntervalLoopingCall::start`.
    BackOffLoopingCall& start(const BackOffOptions& options) {
        detail::start(this->engine(), options);
        return *this;
    }
};

}  // namespace loopingcall
