#pragma once

#include <algorithm>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <chrono>
#include <concepts>
#include <loopingcall/default_token.hpp>
#include <loopingcall/detail/make_engine.hpp>
#include <loopingcall/detail/saturating_add.hpp>
#include <loopingcall/error.hpp>
#include <loopingcall/outcome.hpp>
#include <loopingcall/time.hpp>
#include <memory>
#include <optional>
#include <utility>

namespace loopingcall {

class VirtualClock;

/// Says that stop() should cancel the call that is being made, too.
struct cancel_t {};
inline constexpr cancel_t cancel{};

/// What every looping call offers, whatever its schedule: stop, a call now, and the outcome.
/// oslo.service's name.
///
/// @par Calls  never overlap: the next one is planned when the last one is over.
/// @par Executor  a plain body runs on the executor that the call was made with. A body that
///      returns `asio::awaitable` runs on a strand of it, which it gets by
///      `asio::this_coro::executor`; on that executor itself if it is a strand, or that of an
///      `io_context` with a concurrency hint of 1, which promises Asio that one thread runs it.
///      Completions run on the executor associated with their handler.
/// @par Thread safety  every function may be called from any thread, except the constructors,
///      assignment and the destructor. None blocks but wait() and wait_for(), and none runs code
///      of the user.
/// @par Work  from start() until all waiters have the outcome, a loop is outstanding work of its
///      context, so the context's run() does not return. Calls that are due together share a
///      handler of the context; other handlers wait for 64 calls or 100 us at most.
/// @par Lifetime  may be destroyed at any time, including inside its own body: the same as
///      stop(cancel). The run then ends on its own, and its waiters complete. If the execution
///      context is destroyed first, handlers that wait are dropped. After that, start() and wait()
///      throw `operation_aborted`, async_wait() completes with it if the handler has an executor
///      of its own, and all else does nothing.
///
/// @par Owners  a class may hold a call whose body captures `this`. Destroying the call cancels a
///      body that is suspended, but does not wait for it: the body runs on to its end, with its
///      `catch` blocks and destructors. If its owner is gone by then, the captured `this` dangles:
///      undefined behaviour. So a class whose body captures `this`, or a reference, stops the call
///      and waits before it goes:
///
///          on a thread that does not run the context      call.stop(cancel);
///                                                         call.wait();
///          in a coroutine                                 call.stop(cancel);
///                                                         co_await call.async_wait(
///                                                             asio::as_tuple(asio::use_awaitable));
///
///      Neither is needed if the body captures a `std::shared_ptr` to what it uses: captures live
///      until the body has returned. A plain body needs only stop(), on the thread that runs it; on
///      another thread, wait() as well. See `apps/examples/11_owner.cpp`.
///
/// @tparam T  the type of the value of done(). Copyable.
/// @tparam Clock  `std::chrono::steady_clock`, or `VirtualClock` in tests.
template <class T, class Clock>
class LoopingCallBase {
  public:
    using clock_type = Clock;
    using executor_type = asio::any_io_executor;

    LoopingCallBase(LoopingCallBase&& other) noexcept = default;
    LoopingCallBase& operator=(LoopingCallBase&& other) noexcept {
        LoopingCallBase taken(std::move(other));
        std::swap(engine_, taken.engine_);
        return *this;  // and what ran here is stopped
    }
    ~LoopingCallBase() {
        if (engine_) engine_->stop(true);
    }

    /// Ends the run: once this returns, no further call begins. A call that is being made is let
    /// finish, and may still end the run as done or failed; otherwise the outcome is `stopped`.
    /// No effect if no run is active. Makes the outcome: ends the program if there is no memory
    /// left for it.
    void stop() noexcept { engine_->stop(false); }

    /// The same, and asks an awaitable body that is suspended to give up (`terminal`
    /// cancellation), even if it was asked before and is cleaning up. An `operation_aborted` that
    /// escapes from it then does not count as a failure.
    void stop(cancel_t) noexcept { engine_->stop(true); }

    /// Requests a call now, or as soon as the call in progress ends. At least one call begins after
    /// trigger(); further requests made before that call begins add no second one. The call counts
    /// for `max_calls`. Calls on a grid stay planned, and a call that is due now is not made twice;
    /// a back-off, or the delay of a call without a grid, is cut short.
    /// @return false, without effect, if the loop has ended or was stopped.
    bool trigger() { return engine_->trigger(false); }

    /// Whether start() was called and there is no outcome yet.
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
    /// @par Cancellation  total, partial, terminal: this waiter alone gets `operation_aborted`;
    ///      the run continues.
    /// @par Executor  the handler's, whose context is kept busy meanwhile; else the loop's.
    template <
        asio::completion_token_for<void(std::exception_ptr, Outcome<T>)> Token = default_token>
    auto async_wait(Token&& token = Token{}) {
        return asio::async_initiate<Token, void(std::exception_ptr, Outcome<T>)>(Wait{engine_},
                                                                                 token);
    }

    /// The same for a thread that has nothing else to do: blocks until the outcome is there.
    ///
    /// @throws what the body threw, when the outcome is `failed`; `system_error` with
    ///         `errc::not_started`; with `resource_deadlock_would_occur` on a thread that runs the
    ///         loop's context, as the body does (known for every executor of an `io_context` or
    ///         `thread_pool`); with `operation_aborted` if the context was destroyed.
    Outcome<T> wait() { return *static_cast<const Outcome<T>*>(engine_->wait().get()); }

    /// The same for `limit` at most, of the real time even with a `VirtualClock`; zero or less only
    /// looks.
    /// @return nothing if there is no outcome by then: the run goes on.
    std::optional<Outcome<T>> wait_for(Duration limit) {
        const auto outcome = engine_->wait(
            detail::saturating_add(std::chrono::steady_clock::now(), std::max(limit, Duration{0})));
        if (!outcome) return std::nullopt;
        return *static_cast<const Outcome<T>*>(outcome.get());
    }

  protected:
    template <class Body>
    requires std::same_as<Clock, std::chrono::steady_clock> LoopingCallBase(
        const asio::any_io_executor& executor, Body body)
        : engine_(detail::make_engine<T>(executor, detail::steady_timer_queue(executor),
                                         std::move(body))) {}

    template <class Body>
    requires std::same_as<Clock, VirtualClock> LoopingCallBase(
        const asio::any_io_executor& executor, Clock& clock, Body body)
        : engine_(detail::make_engine<T>(executor, clock.timer_queue(), std::move(body))) {}

    [[nodiscard]] detail::Engine& engine() noexcept { return *engine_; }

  private:
    /// Starts an async_wait(). A type with a name, so that token adapters learn the executor.
    struct Wait {
        using executor_type = asio::any_io_executor;
        [[nodiscard]] executor_type get_executor() const { return engine->executor(); }

        template <class Handler>
        void operator()(Handler handler) const {
            const auto kept = engine;  // the handler may destroy this, and the call
            kept->add_waiter(detail::TypedWaiter<Handler, T>{std::move(handler)});
        }

        std::shared_ptr<detail::Engine> engine;
    };

    std::shared_ptr<detail::Engine> engine_;
};

}  // namespace loopingcall
