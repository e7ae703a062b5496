#pragma once

#include <cstdint>
#include <loopingcall/detail/engine.hpp>
#include <loopingcall/options.hpp>
#include <loopingcall/outcome.hpp>
#include <optional>

// What the loop does next, as functions of values: no clock, no lock, no loop in sight.
namespace loopingcall::detail {

/// `point + delay`, or the end of time when that cannot be represented.
[[nodiscard]] TimePoint saturating_add(TimePoint point, Duration delay) noexcept;

/// Throws `std::invalid_argument` naming the field, its value and what is accepted.
void validate(const Options& options);

/// The next planned call, and the grid points left out on the way to it.
struct Plan {
    TimePoint due;
    std::uint64_t missed = 0;
};

/// The first point of the grid `grid + k * interval` after both `now` and `served`, the time that
/// the last call was due, which need not lie on the grid.
///
/// Skip, as in Twisted: strictly in the future, so a call that ends exactly on a grid point does
/// not serve it.
///
///     planned   0    100    200    300    400        interval 100, the first call takes 250
///     calls     |-------------|    |      |          0, 300 (missed 2), 400
[[nodiscard]] Plan next_due(TimePoint grid, TimePoint served, TimePoint now,
                            Duration interval) noexcept;

/// What has happened to the run while its body was busy.
struct Demands {
    bool stop_requested = false;
    bool cancelled = false;  ///< the body was asked to give up
    bool deadline_passed = false;
    bool calls_used_up = false;
};

/// Whether the run ends after a call that came to `result`, and how: done or failed by the body,
/// before stopped, before timed_out, before exhausted.
[[nodiscard]] std::optional<StopReason> reason_to_end(const CallResult& result,
                                                      const Demands& demands) noexcept;

/// Whether `error` is how Asio says that an operation was cancelled.
[[nodiscard]] bool is_operation_aborted(const std::exception_ptr& error) noexcept;

}  // namespace loopingcall::detail
