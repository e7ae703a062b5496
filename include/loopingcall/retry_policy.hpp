#pragma once

#include <cstdint>
#include <exception>
#include <functional>
#include <loopingcall/backoff.hpp>
#include <loopingcall/limit.hpp>
#include <loopingcall/outcome.hpp>
#include <loopingcall/time.hpp>
#include <memory>
#include <optional>

namespace loopingcall {

class Observer;

/// One attempt that is over, as the functions of a `RetryPolicy` see it.
template <class T>
struct Attempt {
    /// From 1.
    std::uint64_t number = 1;
    /// Why it failed; empty if it did not.
    std::exception_ptr error = nullptr;
    /// Its result; null if it failed, or has none.
    const typename Outcome<T>::value_type* result = nullptr;
};

/// Three independent questions about a retry: is it worth another attempt, how long to wait, and
/// when to give up. Holds no state, so it may be shared by any number of retries.
template <class T = void>
struct RetryPolicy {
    /// Maximum number of attempts. At least 1. Empty: no limit. Unless given: 3, or no limit
    /// if there is a `deadline`.
    Limit<std::uint64_t> max_attempts = Limit<std::uint64_t>::by_default(3);

    /// How long to wait between them.
    Backoff backoff = {};

    /// Deadline of the whole: then the attempt in progress is cancelled, and a delay that would
    /// not end earlier is not begun. Zero or more. Empty: no limit.
    std::optional<Duration> deadline = std::nullopt;

    /// Timeout of one attempt. When it expires, the attempt is cancelled, and its error is
    /// `asio::error::timed_out`. Greater than zero; for awaitable operations only. Empty: no limit.
    std::optional<Duration> attempt_timeout = std::nullopt;

    /// Whether another attempt is worth it. Asked after each attempt, including one that gave a
    /// result, unless the retry itself was cancelled. Empty: after each that failed, except with
    /// `operation_aborted`. What it throws ends the retry as `failed`.
    std::function<bool(const Attempt<T>&)> should_retry = nullptr;

    /// The delay that this attempt asks for (Retry-After), instead of that of `backoff`; no value:
    /// none. Must not be negative.
    std::function<std::optional<Duration>(const Attempt<T>&)> delay_from = nullptr;

    /// As in `Options`.
    std::function<double()> random = nullptr;
    std::shared_ptr<Observer> observer = nullptr;
};

}  // namespace loopingcall
