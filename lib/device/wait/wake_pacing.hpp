#pragma once

#include <algorithm>
#include <chrono>
#include <loopingcall/time.hpp>
#include <optional>

namespace loopingcall::device::detail {

/// When a check that an early wake asks for is made: at once, but never sooner than 10 ms after the
/// one before.
///
/// A wake may come a moment before the device is free: the kernel reports that something was
/// unmounted before the last of it is closed. So a check that finds it still busy is followed by
/// others, each at twice the distance of the one before. The same keeps a device that is closed all
/// the time from being checked all the time. A pure function of the moments it receives.
class WakePacing {
  public:
    /// A check begins.
    /// @param planned  because the interval is over, not because of a wake.
    void begin(TimePoint now, bool planned) {
        last_ = now;
        if (planned) distance_ = shortest;
    }

    /// Something may have changed.
    /// @return when to check.
    TimePoint wake(TimePoint now) {
        if (now - last_wake_ > calm) distance_ = shortest;
        last_wake_ = now;
        return std::max(now, last_ + distance_);
    }

    /// The check of a wake has found the device still busy.
    /// @return when to check once more, if that may be of use.
    std::optional<TimePoint> still_busy() {
        if (distance_ >= longest) return std::nullopt;
        distance_ *= 2;
        return last_ + distance_;
    }

  private:
    static constexpr Duration shortest = std::chrono::milliseconds{10};
    static constexpr Duration longest = std::chrono::milliseconds{320};
    static constexpr Duration calm = std::chrono::seconds{1};

    TimePoint last_{};
    TimePoint last_wake_{};
    Duration distance_ = shortest;
};

}  // namespace loopingcall::device::detail
