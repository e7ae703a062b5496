#include "udev_settle.hpp"

#include <unistd.h>

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>
#include <exception>
#include <functional>
#include <utility>

#include "device/openings/udev_node.hpp"
#include "device/run_in_background.hpp"
#include "udev_ask.hpp"
#include "udev_ping.hpp"

namespace loopingcall::device::detail {

namespace {

using Clock = std::chrono::steady_clock;
using boost::system::error_code;

constexpr std::chrono::seconds ping_again_after{1};
/// Each echo that is lost is asked for again, but not for ever.
constexpr int most_echoes = 5;
/// How often the lock of a worker that processes an event of the disk is checked.
constexpr std::chrono::milliseconds worker_poll{50};
constexpr std::chrono::seconds writing_limit{10};

bool has_queue(const UdevPlaces& places) {
    return ::access((places.run / "queue").c_str(), F_OK) == 0;
}

}  // namespace

UdevSettle::UdevSettle(asio::any_io_executor strand, UdevPlaces places)
    : strand_(std::move(strand)), places_(std::move(places)), due_(strand_) {}

asio::awaitable<UdevState> UdevSettle::settle(std::shared_ptr<UdevSharer> sharer, UdevDisk disk,
                                              Wanted wanted) {
    const auto self = shared_from_this();
    if (closed_) co_return UdevState::absent;
    if (std::find(sharers_.begin(), sharers_.end(), sharer) == sharers_.end()) {
        sharers_.push_back(sharer);
    }
    sharer->awaits_wake = false;
    if (!is_udevd_there(places_)) {
        finish(UdevState::absent);
        co_return state_;
    }
    if (!listener_) {
        listener_ = std::make_shared<UdevListener>(strand_, places_, [weak = weak_from_this()] {
            if (const auto settle = weak.lock()) settle->step();
        });
    }
    disk_ = std::move(disk);
    // What was closed before the node was watched may be in no queue yet.
    if (listener_->listen(disk_)) listener_->disturb();
    listener_->read();
    const bool may_ask = wanted.may_ask && disk_.takes_events && listener_->hears_events();
    facts_.may_ask = may_ask || (working_ && facts_.may_ask);
    // Of one that cannot prove it, an empty queue says nothing of the next moment.
    const bool lasts = state_ == UdevState::settled && listener_->hears_all();
    const bool is_news = settlings_ > sharer->used;
    const bool has_settled = !working_ && !wanted.anew && (is_news || lasts) && still_holds();
    if (working_ && wanted.anew) {
        listener_->disturb();
    } else if (working_ && facts_.ping && Clock::now() - begun_ > ping_again_after) {
        start_ping();  // udevd may have ended, and left its queue behind
    } else if (!working_ && !has_settled) {
        begin();
    }
    step();
    co_await wait_for_end(wanted.patience);
    sharer->awaits_wake = working_;
    if (working_) co_return UdevState::pending;
    sharer->used = settlings_;
    co_return state_;
}

asio::awaitable<void> UdevSettle::wait_for_end(Duration patience) {
    const TimePoint end = Clock::now() + patience;
    asio::steady_timer finished(strand_);
    while (working_ && Clock::now() < end) {
        finished.expires_at(end);
        waiters_.insert(&finished);
        co_await finished.async_wait(asio::as_tuple(asio::use_awaitable));
        waiters_.erase(&finished);
        const auto cancelled = (co_await asio::this_coro::cancellation_state).cancelled();
        if (cancelled == asio::cancellation_type::none) continue;
        throw boost::system::system_error(asio::error::operation_aborted);
    }
}

/// Another sharer's question may have begun a settling since: it takes nothing back.
UdevState UdevSettle::state(Duration limit) {
    if (state_ == UdevState::absent && !working_) return state_;
    listener_->read();
    if (still_holds()) return state_;
    if (working_ && is_unanswered() && Clock::now() - begun_ > limit) return UdevState::unknown;
    return UdevState::pending;
}

bool UdevSettle::still_holds() const {
    const bool has_settled = state_ == UdevState::settled || state_ == UdevState::unproven;
    return has_settled && !listener_->is_disturbed() && listener_->events().empty();
}

bool UdevSettle::is_unanswered() const noexcept {
    return working_ && (!facts_.ping || facts_.ping == Ping::no_answer);
}

void UdevSettle::go_on(UdevSharer& sharer) {
    sharer.awaits_wake = true;
    if (!working_ && !closed_ && state_ != UdevState::absent) begin();
}

void UdevSettle::leave(const std::shared_ptr<UdevSharer>& sharer) {
    std::erase(sharers_, sharer);
    if (sharers_.empty()) close();
}

void UdevSettle::close() {
    if (std::exchange(closed_, true)) return;
    working_ = false;
    error_code ignored;
    if (connection_) connection_->close(ignored);
    if (listener_) listener_->close();
    due_.cancel();
    for (asio::steady_timer* const waiter : waiters_) waiter->cancel();
}

/// What has settled holds until something is heard, if everything can be.
void UdevSettle::begin() {
    if (!listener_->hears_all() || !still_holds()) state_ = UdevState::pending;
    working_ = true;
    facts_ = {.may_ask = facts_.may_ask};
    echoes_before_ = listener_->echoes();
    asked_ = 0;
    begun_ = Clock::now();
    start_ping();
}

/// What was closed before the ping is in the queue once it is answered. An echo still counts,
/// unless the disk was closed after it: slow ones would never be two.
void UdevSettle::start_ping() {
    listener_->read();
    const auto& events = listener_->events();
    last_before_ping_ = events.empty() ? 0 : *events.rbegin();
    if (listener_->calm_down()) {
        state_ = UdevState::pending;
        echoes_before_ = listener_->echoes();
    }
    facts_.ping.reset();
    pinged_ = Clock::now();
    error_code ignored;
    if (connection_) connection_->close(ignored);
    connection_ = std::make_shared<Descriptor>(strand_);
    asio::co_spawn(
        strand_,
        [self = shared_from_this(), connection = connection_] { return self->ping(connection); },
        asio::detached);
}

asio::awaitable<void> UdevSettle::ping(std::shared_ptr<Descriptor> connection) {
    const Ping answer = co_await ping_udevd(places_, *connection);
    if (closed_ || connection != connection_) co_return;  // another one is under way
    facts_.ping = answer;
    connection_.reset();
    listener_->read();
    listener_->mark();
    step();
}

void UdevSettle::step() {
    if (closed_ || !working_) return;
    if (listener_->is_disturbed() && facts_.ping) return start_ping();
    const TimePoint now = Clock::now();
    facts_.queue = has_queue(places_);
    facts_.elapsed = now - begun_;
    facts_.since_ping = now - pinged_;
    facts_.echoes = listener_->echoes() - echoes_before_;
    facts_.awaits_echo = listener_->expects_echo();
    facts_.later_event = listener_->has_later_event();
    facts_.awaits_later_event = listener_->expects_later_event();
    facts_.events = !listener_->events().empty();
    switch (next_step(facts_)) {
        case SettleStep::absent:
            return finish(UdevState::absent);
        case SettleStep::settled:
            return finish(UdevState::settled);
        case SettleStep::unproven:
            return finish(UdevState::unproven);
        case SettleStep::ask: {
            const std::string uuid = new_uuid();
            listener_->expect_echo(uuid);
            asio::co_spawn(
                strand_, [self = shared_from_this(), uuid] { return self->ask(uuid); },
                asio::detached);
            return;
        }
        case SettleStep::wait:
            break;
    }
    if (facts_.since_ping < reading_time) return step_at(pinged_ + reading_time);
    if (facts_.elapsed < queue_patience) return step_at(begun_ + queue_patience);
    if (facts_.elapsed < echo_patience) step_at(begun_ + echo_patience);
}

void UdevSettle::step_at(TimePoint due) {
    due_.expires_at(due);
    due_.async_wait([self = shared_from_this()](error_code error) {
        if (!error) self->step();
    });
}

asio::awaitable<void> UdevSettle::ask(std::string uuid) {
    std::function<Asked()> work = [disk = disk_, uuid, places = places_] {
        return ask_for_event(disk, uuid, places);
    };
    Asked asked = Asked::refused;
    try {
        asked = (co_await find_in_background(work, writing_limit)).value_or(Asked::refused);
    } catch (const std::exception&) {
        // No thread, no descriptor: the queue shows it.
    }
    if (closed_ || !working_) co_return;
    if (asked == Asked::sent) ++asked_;
    if (asked == Asked::refused || asked_ > most_echoes) facts_.may_ask = false;
    if (asked == Asked::sent) co_return step();
    listener_->expect_no_echo();
    if (asked == Asked::refused) co_return step();
    step_at(Clock::now() + worker_poll);
}

void UdevSettle::finish(UdevState state) {
    working_ = false;
    ++settlings_;
    state_ = state;
    due_.cancel();
    if (listener_) {
        listener_->expect_no_echo();
        // One that has come since the ping may be before udevd still, and have made no queue yet.
        if (!facts_.queue) listener_->processed(last_before_ping_);
        if (state == UdevState::absent) listener_->processed(UINT64_MAX);
    }
    for (asio::steady_timer* const waiter : waiters_) waiter->cancel();
    const auto sharers = sharers_;  // one that is woken may leave
    for (const auto& sharer : sharers) {
        if (std::exchange(sharer->awaits_wake, false)) sharer->wake();
    }
}

}  // namespace loopingcall::device::detail
