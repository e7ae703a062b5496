#pragma once

#include <cstdint>
#include <functional>
#include <loopingcall/detail/start.hpp>
#include <loopingcall/looping_call_base.hpp>
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
    /// not begun, and the outcome is `timed_out`. Zero or more. Empty: no limit.
    std::optional<Duration> timeout = std::chrono::minutes{5};

    /// No delay is longer. At least `min_interval`.
    Duration max_interval = std::chrono::minutes{5};

    /// The mean of the random factor: a delay grows by 2 * jitter with each failure. Greater than
    /// zero; at 0.5 it does not grow.
    double jitter = 0.75;

    /// No delay is shorter. Zero or more.
    Duration min_interval = std::chrono::milliseconds{1};

    /// As in `Options`.
    std::optional<Duration> call_timeout = std::nullopt;
    std::optional<std::uint64_t> max_calls = std::nullopt;
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
/// exception ends the loop as `failed`.
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
    template <detail::back_off_body<T> Body>
    requires std::same_as<Clock, std::chrono::steady_clock> BackOffLoopingCall(
        const asio::any_io_executor& executor, Body body)
        : Base(executor, std::move(body)) {}

    /// Driven by `clock`, which must be one of the context of `executor`.
    template <detail::back_off_body<T> Body>
    requires std::same_as<Clock, VirtualClock> BackOffLoopingCall(
        const asio::any_io_executor& executor, Clock& clock, Body body)
        : Base(executor, clock, std::move(body)) {}

    /// Begins a run: see `FixedIntervalLoopingCall::start`.
    BackOffLoopingCall& start(const BackOffOptions& options) {
        detail::start(this->engine(), options);
        return *this;
    }
};

}  // namespace loopingcall
