// What causes a check between those of the interval.
#include <boost/asio/steady_timer.hpp>
#include <loopingcall/detail/saturating_add.hpp>
#include <utility>

#include "device_wait.hpp"

namespace loopingcall::device::detail {

namespace {

using Clock = std::chrono::steady_clock;
using loopingcall::detail::saturating_add;

}  // namespace

/// Hears of the openings since the device was found free: before the time that it has been free for
/// is of importance.
void DeviceWait::hear_openings() {
    if (quiet_.length() <= Duration::zero()) return;
    wake_->read_now();
    (void)has_opened();
}

/// @return whether the quiet period begins again.
bool DeviceWait::has_opened() {
    const auto opened = wake_->last_opening();
    if (!opened || !quiet_.opened(*opened)) return false;
    companions_->round.in_use(index_);
    companions_->retries.in_use_again(index_, *opened);
    if (parked_) next_ = saturating_add(Clock::now(), options_.check_device_interval);
    parked_.reset();
    return true;
}

/// Whether each opening is heard of, so that checks in between are of little use.
bool DeviceWait::quiet_is_watched() const { return quiet_.restarted() && wake_->refusal().empty(); }

/// Acts on a wake that came during the check, and repeats the check of a wake for a while.
void DeviceWait::follow_up(bool planned) {
    if (call_.expired()) return;
    if (woken_) return on_wake(*woken_);
    if (!options_.check_device_early_wake || result_.report.state == State::free) return;
    if (const auto look = claim_pacing_.next(Clock::now())) {
        return call_at(look_timer_, *look, look_due_);
    }
    const auto once_more = planned ? std::nullopt : pacing_.still_busy();
    if (once_more) call_at(wake_timer_, *once_more, check_due_);
}

/// Remembers a wake that comes during a check: it may be newer than what the check sees. A free
/// device is not checked because it was closed: hearing of that is enough. A device that waits for
/// others is not checked at all: it will be checked with them.
void DeviceWait::on_wake(WakeKind kind) {
    if (checking_) {
        if (woken_ != WakeKind::changed) woken_ = kind;
        return;
    }
    if (quiet_.running() && kind == WakeKind::closed) {
        if (const auto call = call_.lock(); call && parked_ && has_opened()) call->trigger();
        return;
    }
    if (!parked_) call_at(wake_timer_, pacing_.wake(Clock::now()), check_due_);
}

void DeviceWait::call_at(asio::steady_timer& timer, TimePoint time, bool& due) {
    if (call_.expired() || !options_.check_device_early_wake) return;
    timer.expires_at(time);
    timer.async_wait([self = shared_from_this(), &due](boost::system::error_code error) {
        const auto call = self->call_.lock();
        if (error || !call) return;
        due = true;
        call->trigger();
    });
}

}  // namespace loopingcall::device::detail
