#pragma once

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/error_code.hpp>
#include <chrono>
#include <cstddef>
#include <loopingcall/process/command.hpp>
#include <loopingcall/process/error.hpp>
#include <loopingcall/process/wait_status.hpp>
#include <optional>
#include <string>
#include <utility>

namespace loopingcall::process {

namespace asio = boost::asio;

/// How long a command may take and how much it may say.
struct ExecuteOptions {
    /// From the start of the child. Then it gets SIGTERM, and the result is `errc::timed_out`.
    /// Empty: no limit.
    std::optional<std::chrono::nanoseconds> timeout = std::nullopt;

    /// From SIGTERM to SIGKILL.
    std::chrono::nanoseconds grace = std::chrono::seconds{1};

    /// Bytes kept of each output. The rest is read and dropped, so that the child never blocks.
    std::size_t max_output = std::size_t{1} << 20U;
};

/// What a command came to.
struct ExecuteResult {
    WaitStatus status;
    std::string standard_output;
    std::string standard_error;
    /// One of the outputs was cut: it was longer than `max_output`, or something the child started
    /// still held it open 100 ms after the child had ended.
    bool truncated = false;
    /// From the start of the child to its end.
    std::chrono::nanoseconds elapsed{0};
    /// Of a failure, for a human: the program, the step and the reason. Empty after success.
    std::string message;
};

namespace detail {

using ExecuteHandler = asio::any_completion_handler<void(boost::system::error_code, ExecuteResult)>;

void execute(const asio::any_io_executor& executor, Command command, ExecuteOptions options,
             ExecuteHandler handler);

/// Starts an async_execute(). A type with a name, so that token adapters learn the executor.
struct Execute {
    using executor_type = asio::any_io_executor;
    [[nodiscard]] executor_type get_executor() const noexcept { return executor; }

    template <class Handler>
    void operator()(Handler handler, Command command, ExecuteOptions options) const {
        execute(executor, std::move(command), options, std::move(handler));
    }

    asio::any_io_executor executor;
};

}  // namespace detail

/// Runs a command and gives what it said and how it ended; the event loop is never blocked.
///
/// The counterpart of `oslo_concurrency.processutils.execute`. The child reads /dev/null, has the
/// default signal mask and dispositions, and no descriptor of this process. Both its outputs are
/// read while it runs. An exit code other than 0 is a result, not an error.
///
/// @par Completion  `void(error_code, ExecuteResult)`; exactly once, never inside this call. With
/// an
///      error, the result holds what is known: outputs so far, and `message`.
/// @par Cancellation  total, partial, terminal: SIGTERM, after `grace` SIGKILL; completes with
///      `operation_aborted` when the child has ended, and at the latest 100 ms after SIGKILL. A
///      child that does not even die then is waited for in the background.
/// @par Executor  the work is done on a strand of `executor`; the completion runs on the handler's.
/// @par Lifetime  a child that still runs when the execution context is destroyed is killed, and
/// not
///      waited for.
/// @par Errors  `process::errc`; `operation_aborted`.
template <asio::completion_token_for<void(boost::system::error_code, ExecuteResult)> Token =
              asio::use_awaitable_t<>>
auto async_execute(asio::any_io_executor executor, Command command, ExecuteOptions options = {},
                   Token&& token = Token{}) {
    return asio::async_initiate<Token, void(boost::system::error_code, ExecuteResult)>(
        detail::Execute{std::move(executor)}, token, std::move(command), options);
}

}  // namespace loopingcall::process
