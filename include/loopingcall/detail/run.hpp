#pragma once

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <loopingcall/default_token.hpp>
#include <loopingcall/tick.hpp>
#include <memory>
#include <optional>

namespace loopingcall::detail {

/// The next call of an awaitable body, or nothing: the run is over.
using NextCall = std::optional<Tick>;

/// `executor` itself if it is a strand, else a strand of it: what is posted to it never runs at the
/// same time as other work of it, whatever number of threads there are.
asio::any_io_executor serialized(asio::any_io_executor executor);

/// Where the coroutine of an awaitable body waits between two calls, and how it is cancelled.
/// One for each run, so that nothing of an old run can touch a new one.
///
/// @par Thread safety  cancel() and end() from any thread; the rest on the strand of the loop.
class Run : public std::enable_shared_from_this<Run> {
  public:
    /// Whether end() was called: then nobody will resume a coroutine that waits.
    [[nodiscard]] bool ended() const noexcept { return ended_; }

    /// Completes with the next call, or with nothing when the run has ended meanwhile.
    asio::awaitable<NextCall> async_next_call();

    /// Continues the coroutine that waits in async_next_call().
    /// @return false if there is none yet: it has to be started.
    bool resume(const Tick& tick);

    /// Asks the body to give up, through its cancellation slot (`terminal`).
    void cancel(const asio::any_io_executor& strand);

    /// Lets the coroutine return.
    void end(const asio::any_io_executor& strand);

    /// The same, on the strand already.
    void end_now();

    /// Destroys the coroutine where it waits: the execution context is going away.
    void abandon() noexcept;

    [[nodiscard]] asio::cancellation_slot cancellation_slot() { return signal_.slot(); }

  private:
    using Handler = asio::any_completion_handler<void(NextCall)>;

    Handler waiting_;
    asio::cancellation_signal signal_;
    bool started_ = false;
    bool ended_ = false;
};

}  // namespace loopingcall::detail
