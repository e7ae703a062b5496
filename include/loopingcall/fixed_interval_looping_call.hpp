#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <chrono>
#include <concepts>
#include <loopingcall/default_token.hpp>
#include <loopingcall/detail/body_engine.hpp>
#include <loopingcall/error.hpp>
#include <loopingcall/options.hpp>
#include <loopingcall/outcome.hpp>
#include <loopingcall/step.hpp>
#include <loopingcall/tick.hpp>
#include <memory>
#include <utility>

namespace loopingcall {

class VirtualClock;

/// Says that stop() should cancel the call that is being made, too.
struct cancel_t {};
inline constexpr cancel_t cancel{};

/// Calls a body at a fixed interval until it is done, and tells how that ended.
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
///      no rounding, no drift. Calls never overlap. Points of that grid which pass while the body
///      is busy are left out and counted (`Tick::missed`).
///
///          planned   0    100    200    300    400        the first call takes 250
///          calls     |-------------|    |      |          0, 300 (missed 2), 400
///
/// @par Errors  what the body throws ends the run as `failed`; waiters get the same exception.
/// @par Executor  the body runs on the executor given here (an awaitable body on a strand of it,
///      unless it is one); completions run on the executor associated with their handler.
/// @par Thread safety  every function may be called from any thread, except the constructors,
///      assignment and the destructor. None blocks, and none runs code of the user.
/// @par Lifetime  may be destroyed at any time, also inside its own body: the same as
///      stop(cancel). The run then ends on its own, and its waiters are told.
/// @par Limits  it knows no wall clock, keeps nothing on disk, and does not count the time that a
///      suspended machine was asleep.
///
/// Like `oslo.service`'s class of this name, without its rounding, drift and ambiguous end.
/// @tparam T      what the whole loop is for: the type of done()'s value. Copyable.
/// @tparam Clock  `std::chrono::steady_clock`, or `VirtualClock` in tests.
template <class T = void, class Clock = std::chrono::steady_clock>
class FixedIntervalLoopingCall {
  public:
    using clock_type = Clock;
    using executor_type = asio::any_io_executor;

    template <detail::body_for<T> Body>
    requires std::same_as<Clock, std::chrono::steady_clock> FixedIntervalLoopingCall(
        asio::any_io_executor executor, Body body)
        : engine_(make_engine(executor, detail::steady_timer_queue(executor), std::move(body))) {}

    /// Driven by `clock`, which must be one of the context of `executor`.
    template <detail::body_for<T> Body>
    requires std::same_as<Clock, VirtualClock> FixedIntervalLoopingCall(
        asio::any_io_executor executor, Clock& clock, Body body)
        : engine_(make_engine(executor, clock.timer_queue(), std::move(body))) {}

    FixedIntervalLoopingCall(FixedIntervalLoopingCall&& other) noexcept = default;
    FixedIntervalLoopingCall& operator=(FixedIntervalLoopingCall&& other) noexcept {
        FixedIntervalLoopingCall taken(std::move(other));
        std::swap(engine_, taken.engine_);
        return *this;  // and what ran here is stopped
    }
    ~FixedIntervalLoopingCall() {
        if (engine_) engine_->stop(true);
    }

    /// Begins a run. The first call is never made inside this one, also without an initial delay.
    ///
    /// May be used again once the outcome of the last run is there; nothing of that run can touch
    /// the new one.
    /// @throws std::invalid_argument for options out of range; `system_error` with
    ///         `errc::already_running` if a run has not ended, which is left alone.
    FixedIntervalLoopingCall& start(const Options& options) {
        engine_->start(options);
        return *this;
    }

    /// Ends the run: once this returns, no further call begins. A call that is being made is let
    /// finish, and may still end the run as done or failed; otherwise the outcome is `stopped`.
    /// No effect when no run is going on.
    void stop() noexcept { engine_->stop(false); }

    /// The same, and asks an awaitable body that is suspended to give up (`terminal`
    /// cancellation). An `operation_aborted` that escapes from it then is no failure.
    void stop(cancel_t) noexcept { engine_->stop(true); }

    /// Whether start() was called and the outcome is not there yet.
    [[nodiscard]] bool running() const { return engine_->running(); }

    /// What the run has counted so far, or the last one had when it ended.
    [[nodiscard]] Stats stats() const { return engine_->stats(); }

    [[nodiscard]] executor_type get_executor() const { return engine_->executor(); }

    /// Waits for the outcome of the run, or gives that of the last one if it has ended. Any number
    /// may wait.
    ///
    /// @par Completion  `void(std::exception_ptr, Outcome<T>)`; exactly once, never inside this
    ///      call. The exception is the body's when the outcome is `failed`, so `co_await` rethrows
    ///      it (`asio::as_tuple` gives both); `errc::not_started` if there never was a run.
    /// @par Cancellation  total, partial, terminal: this waiter alone is told `operation_aborted`;
    ///      the loop lives on.
    /// @par Executor  the handler's, whose context is kept busy meanwhile; else the loop's.
    template <
        asio::completion_token_for<void(std::exception_ptr, Outcome<T>)> Token = default_token>
    auto async_wait(Token&& token = Token{}) {
        return asio::async_initiate<Token, void(std::exception_ptr, Outcome<T>)>(Wait{engine_},
                                                                                 token);
    }

  private:
    /// Starts an async_wait(). A type with a name, so that token adapters learn the executor.
    struct Wait {
        using executor_type = asio::any_io_executor;
        [[nodiscard]] executor_type get_executor() const { return engine->executor(); }

        template <class Handler>
        void operator()(Handler handler) const {
            engine->add_waiter(detail::TypedWaiter<Handler, T>{std::move(handler)});
        }

        std::shared_ptr<detail::Engine> engine;
    };

    template <class Body>
    static std::shared_ptr<detail::Engine> make_engine(asio::any_io_executor executor,
                                                       std::shared_ptr<detail::TimerQueue> queue,
                                                       Body body) {
        using Engine =
            std::conditional_t<detail::awaitable_body<Body>, detail::AwaitableEngine<T, Body>,
                               detail::PlainEngine<T, Body>>;
        return std::make_shared<Engine>(std::move(executor), std::move(queue), std::move(body));
    }

    std::shared_ptr<detail::Engine> engine_;
};

}  // namespace loopingcall
