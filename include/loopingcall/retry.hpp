#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <cstdint>
#include <exception>
#include <functional>
#include <loopingcall/backoff.hpp>
#include <loopingcall/default_token.hpp>
#include <loopingcall/detail/accept_body.hpp>
#include <loopingcall/detail/executor_argument.hpp>
#include <loopingcall/detail/retry_operation.hpp>
#include <loopingcall/detail/timer_queue.hpp>
#include <loopingcall/outcome.hpp>
#include <loopingcall/retry_policy.hpp>
#include <loopingcall/virtual_clock.hpp>
#include <utility>

namespace loopingcall {

/// Calls `operation` until it succeeds, or is not worth another attempt.
///
///     auto connected = co_await async_retry(
///         executor, {.max_attempts = 10, .backoff = {.initial = 50ms, .jitter = 0.5}}, connect);
///     use(*connected.value);
///
/// The operation is a plain function or one that returns `asio::awaitable`; it takes a
/// `const Tick&` or nothing. It gives a `T` (or nothing), which is success; or a `Step<T>`, whose
/// failed(e) is a failure without the cost of a throw, after(d) is *not yet, but in d*, and again
/// is *not yet*. What it throws is a failure. All state belongs to this one call, so that a policy
/// may be shared.
///
/// @par Completion  `void(std::exception_ptr, Outcome<T>)`; exactly once, never inside this call.
///      Its reason is `done` with the value; `exhausted` after `max_attempts`, without a delay
///      after the last; `timed_out` at `deadline`, or before, as soon as the next delay would not
///      end earlier than that; `failed` if an error is not worth retrying; `stopped` if cancelled.
///      The exception is the last error, unwrapped, if there is one and the reason is exhausted,
///      timed_out or failed; so that is what `co_await` throws (`asio::as_tuple` gives both).
/// @par Cancellation  total, partial, terminal: no further attempt begins, an awaitable one is
///      cancelled (`terminal`), and the reason is `stopped`. An `operation_aborted` of the
///      operation's own, such as that of a timeout made by hand, is retried only if `should_retry`
///      is given and says so.
/// @par Lifetime  the operation and the functions of the policy are destroyed before the completion
///      runs.
/// @par Executor  as in `LoopingCallBase`.
/// @throws std::invalid_argument for a policy out of range, before anything starts.
template <detail::retry_operation Operation,
          asio::completion_token_for<detail::RetrySignature<Operation>> Token = default_token>
auto async_retry(const detail::ExecutorArgument& executor,
                 RetryPolicy<detail::RetryResult<Operation>> policy, Operation operation,
                 Token&& token = Token{}) {
    return detail::initiate_retry(executor, detail::steady_timer_queue(executor), std::move(policy),
                                  std::move(operation), std::forward<Token>(token));
}

/// The same in virtual time. `clock` must be one of the context of `executor`.
template <detail::retry_operation Operation,
          asio::completion_token_for<detail::RetrySignature<Operation>> Token = default_token>
auto async_retry(const detail::ExecutorArgument& executor, VirtualClock& clock,
                 RetryPolicy<detail::RetryResult<Operation>> policy, Operation operation,
                 Token&& token = Token{}) {
    return detail::initiate_retry(executor, clock.timer_queue(), std::move(policy),
                                  std::move(operation), std::forward<Token>(token));
}

/// @cond
// Anything else: refused by one line, rather than by a list of what does not match.
template <class Operation, class... Arguments>
requires(!detail::retry_operation<Operation>) void async_retry(
    const detail::ExecutorArgument& /*executor*/, const RetryPolicy<>& /*policy*/,
    Operation /*operation*/, Arguments&&... /*token*/) {
    detail::refuse_operation<Operation>();
}

template <class Operation, class... Arguments>
requires(!detail::retry_operation<Operation>) void async_retry(
    const detail::ExecutorArgument& /*executor*/, VirtualClock& /*clock*/,
    const RetryPolicy<>& /*policy*/, Operation /*operation*/, Arguments&&... /*token*/) {
    detail::refuse_operation<Operation>();
}
/// @endcond

}  // namespace loopingcall
