#pragma once

#include <cstdint>
#include <loopingcall/backoff.hpp>
#include <optional>

namespace loopingcall {

/// What a looping call of any kind does when a call fails: when the body throws, returns failed(),
/// or takes longer than `call_timeout`. Exceptions of every type are failures, except
/// `LoopingCallDone`.
///
///     {.on_error = {OnError::keep_schedule}}
///     {.on_error = {OnError::backoff, {.initial = 5s, .maximum = 1min, .jitter = 0.5}}}
///     {.on_error = {.action = OnError::backoff, .max_in_a_row = 3}}
///
/// Failures that do not end the loop are counted (`Stats::failures`) and reported to the
/// `Observer`.
struct OnError {
    enum Action : std::uint8_t {
        stop,           ///< end the loop: the outcome is `failed`, and waiters get the exception
        keep_schedule,  ///< go on as if nothing had happened
        backoff,  ///< call again after `delays`, counted from the end of the call that failed; on a
                  ///< grid, the first success begins a new one at its start
    };
    Action action = stop;

    /// The delays of `Action::backoff`.
    Backoff delays = {};

    /// With this many failures in a row, the loop ends after all, as `failed`, with the last of
    /// them. At least 1. Empty: no limit.
    std::optional<std::uint64_t> max_in_a_row = std::nullopt;
};

}  // namespace loopingcall
