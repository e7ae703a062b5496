#pragma once

#include <cstdint>
#include <loopingcall/time.hpp>
#include <optional>

namespace loopingcall {

/// When and how often a body is called. Written with designated initialisers:
/// `call.start({.interval = 1s, .max_calls = 20})`. start() checks all of it.
struct Options {
    /// From the start of one call to the start of the next. Greater than zero.
    Duration interval = std::chrono::seconds{1};

    /// From start() to the first call. Zero (the first call is made at once) or more.
    Duration initial_delay = Duration::zero();

    /// How long the whole run may last, from start(). At this moment a suspended awaitable body is
    /// cancelled, no further call begins, and the outcome is `timed_out`. Zero or more; zero ends
    /// the run before its first call. Empty: no limit.
    std::optional<Duration> timeout = std::nullopt;

    /// How many calls may be made; when the last of them is not done, the outcome is `exhausted`
    /// at once, without a further interval. At least 1. Empty: no limit.
    std::optional<std::uint64_t> max_calls = std::nullopt;
};

}  // namespace loopingcall
