#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cstdint>
#include <loopingcall/default_token.hpp>
#include <loopingcall/export.hpp>
#include <memory>
#include <optional>

namespace loopingcall::detail {

/// Names one call that a runner makes; never used twice by it.
using Serial = std::uint64_t;

/// A coroutine that awaits call after call, of whatever loop has one to make; and where it does so:
/// a strand, so that a body and its cancellation never happen at the same time; none is needed in
/// an `io_context` that one thread runs.
///
/// A coroutine for every call costs three allocations each time; one for every loop, some 800 bytes
/// while it does nothing. There are as many of these as there are bodies suspended.
///
/// It is kept alive by the owner that lets it wait or resumes it, or by its own frame while it
/// serves. Without any of them, the coroutine is destroyed where it waits.
///
/// @par Thread safety  reserve() and cancel() under the lock of the engine; the rest on the strand,
///      and resume() on the executor.
class LOOPINGCALL_EXPORT RunnerBase : public std::enable_shared_from_this<RunnerBase> {
  public:
    /// On `executor` itself if it is a strand or one thread runs it, else on a strand of it.
    explicit RunnerBase(const asio::any_io_executor& executor);
    RunnerBase(const RunnerBase&) = delete;
    RunnerBase& operator=(const RunnerBase&) = delete;

    /// Whether it may serve a call of `executor`.
    [[nodiscard]] bool serves(const asio::any_io_executor& executor) const noexcept {
        return executor_ == executor;
    }

    /// Names the next call.
    Serial reserve() noexcept { return ++reserved_; }

    /// Asks the body of that call to give up, through its cancellation slot (`terminal`); also if
    /// it has not begun yet. Without effect on any other call.
    void cancel(Serial call);

    /// Has the coroutine make the call that was reserved. Where the executor runs its work.
    static void resume(std::shared_ptr<RunnerBase> runner);

  protected:
    virtual ~RunnerBase() = default;

    void call_begins() noexcept;
    void call_ends() noexcept { serving_ = 0; }

    /// The coroutine: makes a call whenever it is resumed.
    virtual asio::awaitable<void> serve(std::shared_ptr<RunnerBase> self) = 0;

    /// The coroutine waits now.
    virtual void put_back(std::shared_ptr<RunnerBase> self) = 0;

    /// Completes when there is another call to make, with `self`.
    static asio::awaitable<std::shared_ptr<RunnerBase>> async_next_call(
        std::shared_ptr<RunnerBase> self);

  private:
    using Handler = typename asio::async_result<asio::use_awaitable_t<>,
                                                void(std::shared_ptr<RunnerBase>)>::handler_type;

    void cancel_now(Serial call);
    static void resume_now(std::shared_ptr<RunnerBase> runner);

    asio::any_io_executor executor_;
    asio::any_io_executor strand_;
    bool is_alone_;  // no strand, because one thread runs the context
    asio::cancellation_signal signal_;
    std::optional<Handler> waiting_;
    Serial reserved_ = 0;
    Serial serving_ = 0;    // 0: none
    Serial cancelled_ = 0;  // the last that was asked to give up
};

/// Whether calls of `executor` need a runner of their own, because it is a strand of the user's.
LOOPINGCALL_EXPORT bool is_strand(const asio::any_io_executor& executor);

}  // namespace loopingcall::detail
