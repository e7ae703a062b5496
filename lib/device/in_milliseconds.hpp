#pragma once

#include <chrono>
#include <loopingcall/time.hpp>
#include <string>

namespace loopingcall::device::detail {

/// A time in a message: "300 ms".
inline std::string in_milliseconds(Duration time) {
    using std::chrono::milliseconds;
    return std::to_string(std::chrono::duration_cast<milliseconds>(time).count()) + " ms";
}

}  // namespace loopingcall::device::detail
