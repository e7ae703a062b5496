#pragma once

#include <algorithm>
#include <chrono>
#include <loopingcall/device/report.hpp>
#include <loopingcall/time.hpp>
#include <optional>
#include <utility>
#include <vector>

namespace loopingcall::device::detail {

/// When a claimed device is tried again, between its checks: the end of a claim may be no event
/// at all. A umount goes on writing when the mount has gone from the table; a lazy or detached
/// mount, a mount of another namespace and a stacked device show nothing when they end.
///
/// The pauses are a tenth of the time that the claims last already, from 10 ms to 1 s: so their end
/// is noticed soon in proportion to how long it took.
///
/// The cost stays bounded, even if the device is claimed for ever. A look is one opening that the
/// kernel refuses, on a thread: some 25 system calls, at most once per second in the long run, and
/// some 60 looks in the first ten seconds. A device without a claim is not tried: the end of
/// each holder is an event. A pure function of what it is given.
class ClaimPacing {
  public:
    /// A check has ended at `now`.
    /// @param claims  by which the device is in use; none if it has no claim, or is free.
    void checked(const std::vector<Claim>& claims, TimePoint now) {
        if (claims != claims_) {
            claims_ = claims;
            since_ = now;
            tells_ = true;
        } else if (granted_) {
            tells_ = false;  // an exclusive open says nothing about these claims
        }
        granted_ = false;
    }

    /// A look was not refused: a check comes next.
    void granted() { granted_ = true; }

    /// When to look, if that is of any use.
    [[nodiscard]] std::optional<TimePoint> next(TimePoint now) const {
        if (claims_.empty() || !tells_) return std::nullopt;
        return now + std::clamp<Duration>((now - since_) / 10, shortest, longest);
    }

  private:
    static constexpr Duration shortest = std::chrono::milliseconds{10};
    static constexpr Duration longest = std::chrono::seconds{1};

    std::vector<Claim> claims_ = {};
    TimePoint since_ = {};
    bool tells_ = true;
    bool granted_ = false;
};

}  // namespace loopingcall::device::detail
