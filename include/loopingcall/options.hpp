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

    /// What becomes of the points that pass while a call is busy; there is a picture.
    MissedTicks missed_ticks = MissedTicks::skip;

    /// Moves each call but the first by a random part of the interval, `jitter * interval * (2u -
    /// 1)` with a u from [0, 1); the grid stays where it is. From 0 to less than 0.5.
    double jitter = 0;

    /// Moves the whole grid by `first_run_spread * u`, drawn once, so that many that start at once
    /// do not call at once. Zero or more.
    Duration first_run_spread = Duration::zero();

    /// How much later than planned a call may begin, so that many loops share a wake-up: calls are
    /// made at whole multiples of it. Nothing else changes: a call serves its own point, and the
    /// grid stays where it is. From zero (none) to less than `interval`.
    Duration tolerance = Duration::zero();

    /// How late a planned call may begin, beyond `tolerance`, because the thread was busy or the
    /// machine asleep. A call that would begin later is not made: its point counts as missed, and
    /// the call of the next point is made instead, so that many loops do not all call in the
    /// instant that time goes on. Triggered calls are never late. Zero or more. Empty: no limit.
    /// APScheduler's name.
    std::optional<Duration> misfire_grace_time = std::nullopt;

    /// How long the whole run may last, from start(). At this moment a suspended awaitable body is
    /// cancelled, no further call begins, and the outcome is `timed_out`. Zero or more; zero ends
    /// the run before its first call. Empty: no limit.
    std::optional<Duration> timeout = std::nullopt;

    /// How long one call may take: then the body is cancelled, and the call has failed with
    /// `asio::error::timed_out`, whatever it says but done(). A body that ignores it delays the
    /// next call; there is no overlap. Greater than zero; for awaitable bodies only. Empty: no
    /// limit.
    std::optional<Duration> call_timeout = std::nullopt;

    /// How many calls may be made; when the last of them is not done, the outcome is `exhausted`
    /// at once, without a further interval. At least 1. Empty: no limit.
    std::optional<std::uint64_t> max_calls = std::nullopt;

    /// What happens when a call fails.
    OnError on_error = {};

    /// Where chance comes from: each call gives a number from [0, 1), independent of the others.
    /// Used by start(), and between two calls where the body runs; must not use the looping call.
    /// Empty: an engine of its own, seeded by the operating system.
    std::function<double()> random = nullptr;

    /// Is told what the loop does. Empty: nobody is.
    std::shared_ptr<Observer> observer = nullptr;
};

}  // namespace loopingcall
