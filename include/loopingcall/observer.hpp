#pragma once

#include <chrono>
#include <cstdint>
#include <exception>
#include <iosfwd>
#include <loopingcall/export.hpp>
#include <loopingcall/outcome.hpp>
#include <loopingcall/tick.hpp>
#include <loopingcall/time.hpp>

namespace loopingcall {

/// A call that is over.
struct RunInfo {
    Tick tick;
    std::chrono::nanoseconds duration{0};
    /// Why the call failed; empty if it did not.
    std::exception_ptr error = nullptr;
};

/// Why the next call is planned for when it is.
enum class DelayReason : std::uint8_t {
    interval,  ///< the next tick of the grid
    overdue,   ///< a tick that has passed already: at once
    after,     ///< the body asked for this delay
    backoff,   ///< the call failed, or reported no success
    trigger,   ///< trigger() requested a call now
};

LOOPINGCALL_EXPORT const char* to_string(DelayReason reason) noexcept;
LOOPINGCALL_EXPORT std::ostream& operator<<(std::ostream& stream, DelayReason reason);

/// Receives what a loop does, for logs and metrics. It is the only hook.
///
///     struct Log : Observer {
///         void on_run(const RunInfo& run) override { log.debug("took {}", run.duration); }
///     };
///     call.start({.interval = 1s, .observer = std::make_shared<Log>()});
///
/// For each call on_run() and, unless the loop ends, on_delay(); at last on_finish(), once, before
/// any waiter completes.
///
/// @par Executor  all of them run where the body does; never inside a function of the call.
/// @par Thread safety  never two at the same time for one loop. May use any function of the call
///      but its blocking wait(), and may destroy it.
/// @par Errors  an exception ends the loop as `failed`, with it.
class LOOPINGCALL_EXPORT Observer {
  public:
    virtual ~Observer() = default;

    virtual void on_run([[maybe_unused]] const RunInfo& run) {}

    /// @param next_due  when the next call will begin, jitter and tolerance included; for a tick
    ///        that `burst` makes up for, when it was due.
    virtual void on_delay([[maybe_unused]] TimePoint next_due,
                          [[maybe_unused]] DelayReason reason) {}

    virtual void on_finish([[maybe_unused]] StopReason reason) {}
};

}  // namespace loopingcall
