#pragma once

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/error_code.hpp>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <loopingcall/duration.hpp>
#include <loopingcall/export.hpp>
#include <loopingcall/process/command.hpp>
#include <loopingcall/process/error.hpp>
#include <loopingcall/process/signal_sender.hpp>
#include <loopingcall/process/signal_state.hpp>
#include <loopingcall/process/wait_status.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace loopingcall::process {

namespace asio = boost::asio;

/// What happens to the rest of a child's process group after the child itself has ended.
enum class Leftovers : unsigned char {
    /// It runs on: a service that the command has started.
    keep,
    /// It is ended if the command failed, that is, if the operation completes with an error or the
    /// command is attempted again: two attempts never work beside each other.
    end_after_failure,
    /// It is ended in any case.
    end,
};

/// Timeouts of a command, bounds of its outputs, and what counts as a failure.
struct ExecuteOptions {
    /// From the start of the child. Then it gets `end_signal`, and the result is
    /// `errc::timed_out`. Empty: no limit.
    std::optional<Duration> timeout = std::nullopt;

    /// From `end_signal` to SIGKILL.
    Duration grace = std::chrono::seconds{1};

    /// Bytes kept of each output. The rest is read, counted and dropped, so that the child never
    /// blocks.
    std::size_t max_output = std::size_t{1} << 20U;

    /// Whether an output that is not whole is a result, flagged, rather than `errc::output_cut`.
    bool allow_truncated = true;

    /// The exit codes that mean success. Any other is `errc::unexpected_exit_code`, and an end by a
    /// signal `errc::killed`. Empty: however the child ends is a result, not an error. (In
    /// `processutils.execute` the default is `{0}`.)
    std::vector<int> check_exit_code = {};

    /// Maximum number of attempts (`processutils.execute`). A command is attempted again if it was
    /// killed, exited with an unexpected code, or could not be started because a resource ran out.
    /// At least 1. async_retry() offers more.
    int attempts = 1;

    /// Whether there is a pause of 0.2 to 2 s, drawn at random, before a further attempt.
    bool delay_on_retry = true;

    /// Whether the child gets a process group of its own, to which `timeout`, cancellation and
    /// `signal_sender` send their signals: what the child has started ends with it. Stopped
    /// processes are continued, so that they can end. A process that has left the group, such as a
    /// daemon, is not reached.
    ///
    /// False: the child stays in our group, so that it can read from our terminal and gets Ctrl-C
    /// from it, and it alone is signalled; `timeout --foreground` does the same.
    bool process_group = true;

    /// What happens to the rest of the group after the child has ended. A timeout or a cancellation
    /// ends the whole group in any case. Ending it takes up to `grace`, by which the operation
    /// completes later. Without `process_group`, nothing is ended.
    Leftovers leftovers = Leftovers::end_after_failure;

    /// The signal that asks the child to end, on a timeout and a cancellation.
    int end_signal = SIGTERM;

    /// The signals that are ignored and blocked in the child. By default it has none, so that
    /// the settings of a host do not reach its children.
    SignalState signals = {};

    /// From the end of the child to giving up on an output that is still open. `timeout` ends this
    /// wait, too, but not within the first 100 ms.
    Duration wait_output = std::chrono::milliseconds{100};

    /// Called with each piece of standard output as it comes, on the strand of the operation,
    /// before the completion. It must neither block nor throw. The result still holds the first
    /// `max_output` bytes, which may be 0; an output that was passed on in whole is not cut.
    std::function<void(std::string_view)> on_standard_output = nullptr;

    /// The same for standard error.
    std::function<void(std::string_view)> on_standard_error = nullptr;

    /// Through which signals can be sent to the child while it runs.
    std::optional<SignalSender> signal_sender = std::nullopt;
};

/// The result of a command; with several attempts, that of the last one.
struct ExecuteResult {
    WaitStatus status = {};
    std::string standard_output = {};
    std::string standard_error = {};
    /// One of the outputs was cut: it was longer than `max_output`, or something the child started
    /// still held it open after `wait_output`.
    bool truncated = false;
    /// From the start of the child to its end.
    std::chrono::nanoseconds elapsed{0};
    /// Number of attempts.
    int attempts = 1;
    /// Of a failure, for a human: the program, the step and the reason. Empty after success.
    std::string message = {};
    /// Bytes that the child wrote to each output, kept or not.
    std::uint64_t standard_output_bytes = 0;
    std::uint64_t standard_error_bytes = 0;
    /// An output was still open when the operation completed: what is written to it later is
    /// missing. It is read in the background all the same, see leave_open_outputs_to_a_process().
    bool output_open = false;
};

namespace detail {

using ExecuteHandler = asio::any_completion_handler<void(boost::system::error_code, ExecuteResult)>;

LOOPINGCALL_EXPORT void execute(const asio::any_io_executor& executor, Command command,
                                ExecuteOptions options, ExecuteHandler handler);

/// Starts an async_execute(). A type with a name, so that token adapters learn the executor.
struct Execute {
    using executor_type = asio::any_io_executor;
    [[nodiscard]] executor_type get_executor() const noexcept { return executor; }

    template <class Handler>
    void operator()(Handler handler, Command command, ExecuteOptions options) const {
        execute(executor, std::move(command), std::move(options), std::move(handler));
    }

    asio::any_io_executor executor;
};

}  // namespace detail

/// Runs a command and returns its outputs and how it ended; never blocks the event loop.
///
/// The counterpart of `oslo_concurrency.processutils.execute`. The child has the default signal
/// mask and dispositions, and no descriptor of this process but its three streams. Both its outputs
/// are read while it runs. Unless `check_exit_code` says more, every exit code is a result.
///
/// The start takes some 0.2 ms, however much memory this process has. The child finds its program
/// by itself: a PATH or working directory that does not answer holds up nothing else.
///
/// @par Completion  `void(error_code, ExecuteResult)`; exactly once, never inside this call. With
///      an error, the result holds what is known: outputs so far, and `message`.
/// @par Cancellation  total, partial, terminal: SIGTERM, after `grace` SIGKILL; completes with
///      `operation_aborted` when the child has ended, and at the latest 100 ms after SIGKILL. A
///      child that survives SIGKILL is reaped in the background, which is work of the
///      execution context: `run()` returns when it is gone, or after `stop()`.
/// @par Executor  the work is done on a strand of `executor`; the completion runs on the handler's.
/// @par Lifetime  a child that still runs when the execution context is destroyed is killed with
///      its group, and reaped in the background.
/// @par Thread safety  may be called from any thread. The environment is read when the child is
///      started: no thread may change it meanwhile (`setenv`).
/// @par Errors  `process::errc`; `operation_aborted`.
/// @throws std::invalid_argument  attempts below 1, or a negative timeout or grace.
template <asio::completion_token_for<void(boost::system::error_code, ExecuteResult)> Token =
              asio::use_awaitable_t<>>
auto async_execute(asio::any_io_executor executor, Command command, ExecuteOptions options = {},
                   Token&& token = Token{}) {
    return asio::async_initiate<Token, void(boost::system::error_code, ExecuteResult)>(
        detail::Execute{std::move(executor)}, token, std::move(command), std::move(options));
}

}  // namespace loopingcall::process
