#pragma once

#include <loopingcall/detail/call_result.hpp>
#include <loopingcall/outcome.hpp>
#include <optional>

// What ends a loop, as functions of values: no clock, no lock, no loop in sight. What each tick
// needs is inline.
namespace loopingcall::detail {

/// What has happened to the run while its body was busy.
struct Demands {
    bool stop_requested = false;
    bool deadline_passed = false;
    bool calls_used_up = false;
};

/// How the run ends if neither the body nor the schedule has ended it: stopped before timed_out
/// before exhausted; or nothing, if it goes on.
[[nodiscard]] inline std::optional<StopReason> reason_to_end(const Demands& demands) noexcept {
    if (demands.stop_requested) return StopReason::stopped;
    if (demands.deadline_passed) return StopReason::timed_out;
    if (demands.calls_used_up) return StopReason::exhausted;
    return std::nullopt;
}

/// Makes a failure of what no body may say: `after(d)` with a negative d.
void check(CallResult& result);

/// Makes a failure of the result of a call that took longer than `call_timeout`; only done(), or an
/// exception of the body's own, is more telling than that.
void time_out(CallResult& result);

}  // namespace loopingcall::detail
