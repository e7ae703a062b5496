// What follows from a check, and from the other devices of the wait.
#include <algorithm>
#include <loopingcall/detail/saturating_add.hpp>
#include <utility>

#include "device/in_milliseconds.hpp"
#include "device/wait_limits.hpp"
#include "device_wait.hpp"

namespace loopingcall::device::detail {

namespace {

using Clock = std::chrono::steady_clock;
using loopingcall::detail::saturating_add;

/// Nothing is planned: for as long as a call of the loop may be put off.
constexpr Duration until_called = std::chrono::hours{1};

}  // namespace

/// The end, if that is decided; nothing more, as long as it is not the turn of this device.
std::optional<Step<void>> DeviceWait::wait_for_others() {
    if (!parked_) return std::nullopt;
    if (companions_->round.decided()) return end();
    if (*parked_ == companions_->round.number()) {
        check_due_ = false;
        return after(until_called);
    }
    parked_.reset();
    return std::nullopt;
}

/// A quiet period that has begun again is over later, and nothing needs to be checked until then.
/// The last one has to begin before the checks are over.
std::optional<Step<void>> DeviceWait::wait_for_quiet() {
    const TimePoint now = Clock::now();
    if (!quiet_.running() || !quiet_.restarted()) return std::nullopt;
    if (quiet_.left(now) <= Duration::zero()) return std::nullopt;
    if (is_last_check()) return give_up_quiet();
    if (check_due_ || !quiet_is_watched()) return std::nullopt;
    return after(quiet_.left(now));
}

Step<void> DeviceWait::give_up_quiet() {
    result_.report.state = State::unknown;
    result_.report.reason =
        "it was opened again and again, and never free for check_device_quiet (" +
        in_milliseconds(quiet_.length()) + ')';
    return end();
}

bool DeviceWait::is_last_check() const { return number() >= max_retries(options_); }

/// A device that is replaced by another free one again and again is never free with the others.
Step<void> DeviceWait::decide(std::uint64_t round, bool was_free, bool was_replaced) {
    const State state = result_.report.state;
    if (state == State::free) {
        return was_free && was_replaced && is_last_check() ? end() : decide_on_free(round);
    }
    in_use();
    const bool may_change = state == State::busy || checker_.awaits_device();
    if (!may_change || is_last_check()) return end();
    if (was_free) return back_to_the_interval();
    return again;
}

/// The checks of the interval that were left out while the device was free.
void DeviceWait::skip_passed() {
    const TimePoint now = Clock::now();
    const Duration interval = loop_interval(options_);
    if (next_ <= now) next_ = saturating_add(next_, interval * ((now - next_) / interval + 1));
}

/// The loop keeps the delay that a free device has asked for until another one is named.
Step<void> DeviceWait::back_to_the_interval() {
    skip_passed();
    return after(std::max<Duration>(next_ - Clock::now(), Duration::zero()));
}

/// Free since the check that found it so began. Checks in between do not count towards the limit.
Step<void> DeviceWait::decide_on_free(std::uint64_t round) {
    const Duration left = quiet_.left(Clock::now());
    if (left > Duration::zero()) {
        if (quiet_.restarted() && is_last_check()) return give_up_quiet();
        return after(quiet_is_watched() ? left : std::min(left, options_.check_device_interval));
    }
    switch (companions_->round.found_free(index_, round)) {
        case CommonRound::Step::hopeless:
            return end();
        case CommonRound::Step::proven:
            companions_->call_all();
            return end();
        case CommonRound::Step::again:
            parked_ = round;
            companions_->call_all();
            return after(until_called);
        case CommonRound::Step::wait:
            break;
    }
    parked_ = round;
    return after(until_called);
}

void DeviceWait::in_use() {
    quiet_.in_use();
    companions_->round.in_use(index_);
}

Step<void> DeviceWait::end() {
    call_.reset();
    ended_ = true;
    return done();
}

}  // namespace loopingcall::device::detail
