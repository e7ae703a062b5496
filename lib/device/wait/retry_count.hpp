#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <loopingcall/detail/saturating_add.hpp>
#include <loopingcall/time.hpp>
#include <vector>

namespace loopingcall::device::detail {

/// Counts the checks of the interval that a wait has made, for all of its devices.
///
/// A device that is free, and waits for others or for the end of its quiet period, makes none. If
/// it is in use again, that time counts nevertheless: otherwise two devices in use by turns, each
/// of them free at every check that counts, would be waited for without a limit.
///
///     interval  0     1     2     3     4     5
///     first     1------.  .  .  .  .-4-----5---       busy again after 3: its count is 4
///     second    1-----2-----3-----4-.  .  .  .        free since, when the first is found busy
///
/// So a wait is over when as many intervals have passed as there may be checks, unless a check
/// takes longer than the interval: it counts as one. A pure function of the moments it is given.
class RetryCount {
  public:
    /// @param begun     when the wait has begun: its first check is due then.
    /// @param interval  zero: no pause between checks.
    RetryCount(std::size_t devices, TimePoint begun, Duration interval)
        : interval_(interval), next_(begun), made_(devices, 0) {}

    /// Of the device: the number of its last check, or of what counts like one.
    [[nodiscard]] std::uint64_t number(std::size_t device) const { return made_.at(device); }

    /// A check of the interval, which was due at `due`, begins.
    void planned(std::size_t device, TimePoint due) {
        (void)pass(due);
        largest_ = std::max(largest_, ++made_.at(device));
    }

    /// The device had been free, and is in use at `now`.
    void in_use_again(std::size_t device, TimePoint now) {
        largest_ += pass(now);
        made_.at(device) = largest_;
    }

    /// From `now` on. The same one changes nothing: each device of the wait says so.
    void set_interval(Duration interval, TimePoint now) {
        if (interval == interval_) return;
        interval_ = interval;
        next_ = loopingcall::detail::saturating_add(now, interval);
    }

  private:
    /// @return how many checks were due since the last one that was counted.
    std::uint64_t pass(TimePoint now) {
        if (interval_ <= Duration::zero()) return 1;
        if (now < next_) return 0;
        const auto passed = (now - next_) / interval_ + 1;
        next_ = loopingcall::detail::saturating_add(next_, interval_ * passed);
        return static_cast<std::uint64_t>(passed);
    }

    Duration interval_;
    TimePoint next_;             // when the next one is due that was not counted
    std::uint64_t largest_ = 0;  // of the counts of all devices
    std::vector<std::uint64_t> made_;
};

}  // namespace loopingcall::device::detail
