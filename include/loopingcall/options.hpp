#pragma once

#include <cstdint>
#include <functional>
#include <loopingcall/missed_ticks.hpp>
#include <loopingcall/on_error.hpp>
#include <loopingcall/time.hpp>
#include <memory>
#include <optional>

namespace loopingcall {

class Observer;

/// When and how often a body is called. Written with designated initialisers:
/// `call.start({.interval = 1s, .max_calls = 20})`. start() checks all of it.
struct Options {
    /// From the start of one call to the start of the next. Greater than zero.
    Duration interval = std::chrono::seconds{1};

    /// From start() to the first call. Zero (the first call is made at once) or more.
    Duration initial_delay = Duration::zero();

    /// What happens to ticks that pass while a call is busy; it has a picture.
    MissedTicks missed_ticks = MissedTicks::skip;

    /// Moves each call but the first by a random part of the interval, `jitter * interval * (2u -
    /// 1)` with a u from [0, 1); the grid stays where it is. From 0 to less than 0.5.
    double jitter = 0;

    /// Moves the whole grid by `first_run_spread * u`, drawn once, so that many that start at once
    /// do not call at once. Zero or more.
    Duration first_run_spread = Duration::zero();

    /// How much later than planned a call may begin, so that many loops share a wake-up: calls are
    /// made at whole multiples of it. Nothing else changes: a call serves its own tick, and the
    /// grid stays where it is. From zero (none) to less than `interval`.
    Duration tolerance = Duration::zero();

    /// How late a planned call may begin, beyond `tolerance`, because the thread was busy or the
    /// machine asleep. A call that would begin later is not made: its tick counts as missed, and
    /// the call of the next tick is made instead, so that many loops do not all call in the
    /// instant that time goes on. Triggered calls are never late. Zero or more. Empty: no limit.
    /// APScheduler's name.
    std::optional<Duration> misfire_grace_time = std::nullopt;

    /// Timeout of the whole run, from start(). When it expires, a suspended awaitable body is
    /// cancelled, no further call begins, and the outcome is `timed_out`. Zero or more; zero ends
    /// the run before its first call. Empty: no limit.
    std::optional<Duration> timeout = std::nullopt;

    /// Timeout of one call. When it expires, the body is cancelled and the call fails with
    /// `asio::error::timed_out`, unless the body still returns done() or fails with another error
    /// than `operation_aborted`. A body that ignores it delays the next call. Must be > 0; for
    /// awaitable bodies only. Empty: no limit.
    std::optional<Duration> call_timeout = std::nullopt;

    /// Maximum number of calls; if the last of them is not done, the outcome is `exhausted`
    /// at once, without a further interval. At least 1. Empty: no limit.
    std::optional<std::uint64_t> max_calls = std::nullopt;

    /// What happens when a call fails.
    OnError on_error = {};

    /// The source of chance: each call returns a number from [0, 1), independent of the others.
    /// Used by start(), and between two calls where the body runs; must not use the looping call.
    /// Empty: an engine of its own, seeded by the operating system.
    std::function<double()> random = nullptr;

    /// Receives what the loop does. Empty: no observer.
    std::shared_ptr<Observer> observer = nullptr;
};

}  // namespace loopingcall
