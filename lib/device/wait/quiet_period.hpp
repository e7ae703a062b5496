#pragma once

#include <loopingcall/detail/saturating_add.hpp>
#include <loopingcall/time.hpp>
#include <optional>

namespace loopingcall::device::detail {

/// How long a device has been free without a break. It begins again with every opening in between,
/// even if a check has not seen it because it was over by then. A pure function of the moments it
/// is given.
class QuietPeriod {
  public:
    /// @param length  how long it has to be free. Zero: a check that finds it free is enough.
    explicit QuietPeriod(Duration length) : length_(length) {}

    [[nodiscard]] Duration length() const noexcept { return length_; }

    /// Whether the device has been found free, and not in use since.
    [[nodiscard]] bool running() const noexcept { return since_.has_value(); }

    /// Whether an opening has made it begin again. Such a period is checked at its end only: a
    /// check opens the device, too, and two programs that wait for the same device would disturb
    /// each other for ever if they went on checking.
    [[nodiscard]] bool restarted() const noexcept { return restarted_; }

    /// A check that began at `begun` has found the device free.
    void found_free(TimePoint begun) {
        if (!since_) since_ = begun;
    }

    /// The device is in use, is gone, or is another one.
    void in_use() {
        since_.reset();
        restarted_ = false;
    }

    /// Another process had it open at this moment.
    /// @return whether the period begins again.
    bool opened(TimePoint when) {
        if (length_ <= Duration::zero() || !since_ || when <= *since_) return false;
        since_ = when;
        restarted_ = true;
        return true;
    }

    /// What is left of it. Only while running().
    [[nodiscard]] Duration left(TimePoint now) const {
        return loopingcall::detail::saturating_add(*since_, length_) - now;
    }

  private:
    Duration length_;
    std::optional<TimePoint> since_ = {};
    bool restarted_ = false;
};

}  // namespace loopingcall::device::detail
