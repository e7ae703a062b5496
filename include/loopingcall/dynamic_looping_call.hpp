#pragma once

#include <cstdint>
#include <functional>
#include <loopingcall/detail/accept_body.hpp>
#include <loopingcall/detail/executor_argument.hpp>
#include <loopingcall/detail/start.hpp>
#include <loopingcall/looping_call_base.hpp>
#include <loopingcall/on_error.hpp>
#include <loopingcall/step.hpp>
#include <loopingcall/tick.hpp>
#include <optional>
#include <utility>

namespace loopingcall {

class Observer;

/// How a `DynamicLoopingCall` is started.
struct DynamicOptions {
    /// From start() to the first call. Zero or more.
    Duration initial_delay = Duration::zero();

    /// No delay is longer; and the delay of a call that names none. Greater than zero. Empty: no
    /// limit, and each call must name its delay.
    std::optional<Duration> periodic_interval_max = std::nullopt;

    /// Whether a call that fails ends the loop, unless `on_error` says something else. False is
    /// the same as `OnError::keep_schedule`.
    bool stop_on_exception = true;

    /// As in `Options`.
    std::optional<Duration> timeout = std::nullopt;
    std::optional<Duration> call_timeout = std::nullopt;
    std::optional<std::uint64_t> max_calls = std::nullopt;

    /// What happens when a call fails, unless it is `OnError::stop`, the default, which leaves it
    /// to `stop_on_exception`. Without a grid, `OnError::keep_schedule` goes on after
    /// `periodic_interval_max`, or after the last delay if that is empty; if there is neither, the
    /// failure ends the loop after all, so it never spins. `OnError::backoff` tries again soon:
    ///
    ///     {.on_error = {OnError::backoff, {.initial = 5s, .maximum = 1min}}}   renew a token
    OnError on_error = {};

    /// As in `Options`.
    std::function<double()> random = nullptr;
    std::shared_ptr<Observer> observer = nullptr;
};

/// Calls a body that says itself how long to wait before the next call, until it is done.
///
///     DynamicLoopingCall<> call{executor, [&]() -> Duration { return queue.empty() ? 10s : 1s; }};
///     call.start({.periodic_interval_max = 1min});
///
/// The body is a plain function or one that returns `asio::awaitable`; it takes a `const Tick&` or
/// nothing; it returns a duration, an `std::optional` of one, or a `Step<T>`, where after() names
/// the delay and again does not. A delay counts from the end of a call: there is no grid, and
/// nothing is ever missed. Zero calls again at once; a negative one is a failure of the call.
///
/// Control, waiting, threads and lifetime: see `LoopingCallBase`. Like `oslo.service`'s class of
/// this name.
template <class T = void, class Clock = std::chrono::steady_clock>
class DynamicLoopingCall : public LoopingCallBase<T, Clock> {
    using Base = LoopingCallBase<T, Clock>;

  public:
    /// @param executor  where calls are made: an executor, or an execution context.
    template <class Body>
    requires std::same_as<Clock, std::chrono::steady_clock> DynamicLoopingCall(
        const detail::ExecutorArgument& executor, Body body)
        : Base(executor, detail::accept_dynamic_body<T>(std::move(body))) {}

    /// Driven by `clock`, which must be one of the context of `executor`.
    template <class Body>
    requires std::same_as<Clock, VirtualClock> DynamicLoopingCall(
        const detail::ExecutorArgument& executor, Clock& clock, Body body)
        : Base(executor, clock, detail::accept_dynamic_body<T>(std::move(body))) {}

    /// Begins a run: see `FixedIntervalLoopingCall::start`.
    DynamicLoopingCall& start(const DynamicOptions& options) {
        detail::start(this->engine(), options);
        return *this;
    }
};

}  // namespace loopingcall
