#pragma once

#include <algorithm>
#include <cstdint>
#include <loopingcall/device/wait_until_free.hpp>

namespace loopingcall::device::detail {

/// A timeout of zero allows one check.
inline bool only_once(const WaitOptions& options) {
    return options.check_device_timeout == Duration::zero();
}

inline std::uint64_t max_retries(const WaitOptions& options) {
    return only_once(options) ? 1 : options.check_device_max_retries;
}

/// A loop needs an interval: no pause is one that is always over.
inline Duration loop_interval(const WaitOptions& options) {
    return std::max(options.check_device_interval, Duration{1});
}

}  // namespace loopingcall::device::detail
