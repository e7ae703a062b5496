#include "decide.hpp"

#include <algorithm>
#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>
#include <stdexcept>
#include <string>

namespace loopingcall::detail {

namespace {

void require(bool valid, const std::string& field, Duration value, const char* accepted) {
    if (valid) return;
    throw std::invalid_argument(field + " is " + std::to_string(value.count()) +
                                " ns; it must be " + accepted);
}

}  // namespace

TimePoint saturating_add(TimePoint point, Duration delay) noexcept {
    return delay > TimePoint::max() - point ? TimePoint::max() : point + delay;
}

void validate(const Options& options) {
    const auto zero = Duration::zero();
    require(options.interval > zero, "interval", options.interval, "greater than zero");
    require(options.initial_delay >= zero, "initial_delay", options.initial_delay, "zero or more");
    if (options.timeout) {
        require(*options.timeout >= zero, "timeout", *options.timeout, "zero or more");
    }
    if (options.max_calls && *options.max_calls == 0) {
        throw std::invalid_argument("max_calls is 0; it must be at least 1, or empty for no limit");
    }
}

Plan next_due(TimePoint grid, TimePoint served, TimePoint now, Duration interval) noexcept {
    const Duration::rep served_index = (served - grid) / interval;
    const Duration::rep now_index = (std::max(now, served) - grid) / interval;
    return {.due = saturating_add(grid + now_index * interval, interval),
            .missed = static_cast<std::uint64_t>(now_index - served_index)};
}

std::optional<StopReason> reason_to_end(const CallResult& result, const Demands& demands) noexcept {
    if (std::holds_alternative<Done<void>>(result)) return StopReason::done;
    if (const auto* failure = std::get_if<Failed>(&result)) {
        const bool gave_up = demands.cancelled && is_operation_aborted(failure->error);
        if (!gave_up) return StopReason::failed;
    }
    if (demands.stop_requested) return StopReason::stopped;
    if (demands.deadline_passed) return StopReason::timed_out;
    if (demands.calls_used_up) return StopReason::exhausted;
    return std::nullopt;
}

bool is_operation_aborted(const std::exception_ptr& error) noexcept {
    try {
        std::rethrow_exception(error);
    } catch (const boost::system::system_error& thrown) {
        return thrown.code() == asio::error::operation_aborted;
    } catch (...) {
        return false;
    }
}

}  // namespace loopingcall::detail
