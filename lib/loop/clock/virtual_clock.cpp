#include <algorithm>
#include <loopingcall/virtual_clock.hpp>
#include <string>

#include "loop/require.hpp"
#include "loop/time_arithmetic.hpp"
#include "virtual_timer_queue.hpp"

namespace loopingcall {

/// Marks that the clock is being walked, which a handler must not do again.
class VirtualClock::Walking {
  public:
    explicit Walking(bool& walking) : walking_(walking) {
        if (walking_) {
            throw std::logic_error(
                "a VirtualClock cannot be advanced inside a handler of its context; a body that "
                "takes time uses spend() or async_sleep()");
        }
        walking_ = true;
    }
    ~Walking() { walking_ = false; }
    Walking(const Walking&) = delete;
    Walking& operator=(const Walking&) = delete;

  private:
    bool& walking_;
};

VirtualClock::VirtualClock(asio::io_context& context)
    : context_(context), queue_(std::make_shared<detail::VirtualTimerQueue>()) {}

VirtualClock::~VirtualClock() { queue_->close(); }

TimePoint VirtualClock::now() const noexcept { return queue_->now(); }

std::size_t VirtualClock::pending() const { return queue_->pending(); }

std::shared_ptr<detail::TimerQueue> VirtualClock::timer_queue() const { return queue_; }

void VirtualClock::set_wakeups_per_instant(std::size_t limit) { wakeups_per_instant_ = limit; }

void VirtualClock::spend(Duration delay) {
    detail::require(delay >= Duration::zero(), "the time to spend", delay, "zero or more");
    queue_->set_now(detail::saturating_add(now(), delay));
}

void VirtualClock::sleep(Duration delay, SleepHandler handler) {
    queue_->sleep(delay, std::move(handler), context_.get_executor());
}

void VirtualClock::advance(Duration delay) {
    detail::require(delay >= Duration::zero(), "the time to advance by", delay, "zero or more");
    const Walking walking(walking_);
    walk_to(detail::saturating_add(now(), delay));
}

bool VirtualClock::advance_to_next() {
    const Walking walking(walking_);
    drain(now());
    const auto next = queue_->earliest();
    if (next) walk_to(*next);
    return next.has_value();
}

bool VirtualClock::run_until_idle(Duration limit) {
    detail::require(limit >= Duration::zero(), "the limit of run_until_idle", limit,
                    "zero or more");
    const Walking walking(walking_);
    const TimePoint target = detail::saturating_add(now(), limit);
    drain(target);
    for (auto next = queue_->earliest(); next; next = queue_->earliest()) {
        if (*next > target) return false;
        walk_to(*next);
    }
    return true;
}

void VirtualClock::walk_to(TimePoint target) {
    drain(target);
    for (auto next = queue_->earliest(); next && *next <= target; next = queue_->earliest()) {
        queue_->set_now(std::max(*next, now()));
        drain(target);
    }
    queue_->set_now(std::max(target, now()));
}

// A handler may spend() time, even past the target; what becomes due after it has to wait.
void VirtualClock::drain(TimePoint target) {
    TimePoint instant = now();
    std::size_t wakeups = 0;
    for (;;) {
        context_.restart();
        context_.poll();
        auto expired = queue_->pop_due(std::min(target, now()));
        if (!expired) return;
        if (std::exchange(instant, now()) != now()) wakeups = 0;
        if (++wakeups > wakeups_per_instant_) {
            throw ZeroDelayLoop(std::to_string(wakeups_per_instant_) +
                                " timers became due without time passing: a loop sleeps for zero");
        }
        detail::Timer& timer = *expired->timer;
        timer.wake(std::move(expired->timer), expired->ticket, std::nullopt);
    }
}

}  // namespace loopingcall
