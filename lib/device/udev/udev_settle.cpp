#include "udev_settle.hpp"

#include <sys/inotify.h>
#include <unistd.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>
#include <utility>

#include "device/assign_descriptor.hpp"
#include "device/run_in_background.hpp"
#include "udev_ask.hpp"
#include "udev_monitor.hpp"
#include "udev_ping.hpp"

namespace loopingcall::device::detail {

namespace {

using Clock = std::chrono::steady_clock;
using boost::system::error_code;
using OwnedDescriptor = process::detail::Descriptor;
using asio::posix::stream_descriptor;

/// Each echo that is lost is asked for again, but not for ever.
constexpr int most_echoes = 5;
/// How often the lock of a worker that processes an event of the disk is checked.
constexpr std::chrono::milliseconds worker_poll{50};
constexpr std::chrono::seconds writing_limit{10};
constexpr std::chrono::seconds ping_again_after{1};

bool is_of(const UdevEvent& event, const UdevDisk& disk) {
    if (disk.path.empty() || !event.path.starts_with(disk.path)) return false;
    return event.path.size() == disk.path.size() || event.path[disk.path.size()] == '/';
}

}  // namespace

UdevSettle::UdevSettle(asio::any_io_executor strand, std::function<void()> wake, UdevPlaces places)
    : strand_(std::move(strand)),
      wake_(std::move(wake)),
      places_(std::move(places)),
      finished_(strand_),
      due_(strand_),
      inotify_(strand_),
      monitor_(strand_) {}

asio::awaitable<UdevState> UdevSettle::settle(UdevDisk disk, Duration patience, bool may_ask) {
    const auto self = shared_from_this();
    if (closed_ || !is_udevd_there()) {
        state_ = UdevState::absent;
        working_ = false;
        co_return state_;
    }
    const bool same_nodes = disk.nodes == disk_.nodes;
    disk_ = std::move(disk);
    if (!same_nodes || !inotify_.is_open()) listen();
    facts_.may_ask = may_ask && disk_.takes_events && monitor_.is_open();
    read_all();
    const bool settled_meanwhile = fresh_ && !disturbed_ && events_.empty();
    if (!working_ && !settled_meanwhile) {
        begin();
    } else if (working_ && facts_.ping && Clock::now() - begun_ > ping_again_after) {
        start_ping();  // udevd may have ended, and left its queue behind
    }
    ++waiting_;
    step();
    const TimePoint end = Clock::now() + patience;
    while (working_ && Clock::now() < end) {
        finished_.expires_at(end);
        co_await finished_.async_wait(asio::as_tuple(asio::use_awaitable));
        const auto cancelled = (co_await asio::this_coro::cancellation_state).cancelled();
        if (cancelled == asio::cancellation_type::none) continue;
        --waiting_;
        throw boost::system::system_error(asio::error::operation_aborted);
    }
    --waiting_;
    if (working_) co_return UdevState::pending;
    fresh_ = false;
    co_return state_;
}

UdevState UdevSettle::state(Duration limit) {
    if (state_ == UdevState::absent && !working_) return state_;
    read_all();
    const bool unanswered = !facts_.ping || facts_.ping == Ping::no_answer;
    if (working_ && unanswered && Clock::now() - begun_ > limit) return UdevState::unknown;
    const bool disturbed = disturbed_ || !events_.empty();
    return working_ || disturbed ? UdevState::pending : state_;
}

void UdevSettle::go_on() {
    if (!working_ && !closed_ && state_ != UdevState::absent) begin();
}

void UdevSettle::close() {
    if (std::exchange(closed_, true)) return;
    working_ = false;
    error_code ignored;
    if (connection_) connection_->close(ignored);
    // The kernel takes some 15 ms to be sure that nothing reads the watches any more.
    if (inotify_.is_open()) close_in_background(OwnedDescriptor(inotify_.release()));
    monitor_.close(ignored);
    due_.cancel();
    finished_.cancel();
}

void UdevSettle::begin() {
    working_ = true;
    state_ = UdevState::pending;
    fresh_ = false;
    facts_ = {.may_ask = facts_.may_ask};
    asked_ = 0;
    begun_ = Clock::now();
    start_ping();
}

/// What was closed before the ping is in the queue once it is answered. An echo still counts,
/// unless the disk was closed after it: slow ones would never be two.
void UdevSettle::start_ping() {
    read_all();
    last_before_ping_ = events_.empty() ? 0 : *events_.rbegin();
    if (std::exchange(disturbed_, false)) facts_.echoes = 0;
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
    read_all();
    step();
}

void UdevSettle::step() {
    if (closed_ || !working_) return;
    if (disturbed_ && facts_.ping) return start_ping();
    const TimePoint now = Clock::now();
    facts_.queue = is_there("queue");
    facts_.elapsed = now - begun_;
    facts_.since_ping = now - pinged_;
    switch (next_step(facts_)) {
        case SettleStep::absent:
            return finish(UdevState::absent);
        case SettleStep::settled:
            return finish(UdevState::settled);
        case SettleStep::ask:
            facts_.awaits_echo = true;
            asio::co_spawn(
                strand_, [self = shared_from_this()] { return self->ask(); }, asio::detached);
            return;
        case SettleStep::wait:
            break;
    }
    if (facts_.since_ping < reading_time) return step_at(pinged_ + reading_time);
    if (facts_.elapsed < queue_patience) step_at(begun_ + queue_patience);
}

void UdevSettle::step_at(TimePoint due) {
    due_.expires_at(due);
    due_.async_wait([self = shared_from_this()](error_code error) {
        if (!error) self->step();
    });
}

asio::awaitable<void> UdevSettle::ask() {
    uuid_ = new_uuid();
    std::function<Asked()> work = [disk = disk_, uuid = uuid_, places = places_] {
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
    if (asked == Asked::sent) co_return;
    facts_.awaits_echo = false;
    if (asked == Asked::refused) co_return step();
    step_at(Clock::now() + worker_poll);
}

void UdevSettle::finish(UdevState state) {
    working_ = false;
    fresh_ = true;
    state_ = state;
    uuid_.clear();
    due_.cancel();
    // One that has come since the ping may be before udevd still, and have made no queue yet.
    if (!facts_.queue) events_.erase(events_.begin(), events_.upper_bound(last_before_ping_));
    if (state == UdevState::absent) events_.clear();
    if (waiting_ > 0) {
        finished_.cancel();
    } else {
        wake_();
    }
}

/// Before the first look at what is watched.
void UdevSettle::listen() {
    if (!monitor_.is_open() && assign(monitor_, open_udev_monitor())) await(monitor_);
    if (!inotify_.is_open()) {
        if (!assign(inotify_, OwnedDescriptor(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)))) return;
        await(inotify_);
    }
    const int inotify = inotify_.native_handle();
    run_watch_ = ::inotify_add_watch(inotify, places_.run.c_str(), IN_DELETE | IN_ONLYDIR);
    // Without the right to read a node, this cannot watch it: then a later closing is not seen.
    for (const auto& node : disk_.nodes) {
        (void)::inotify_add_watch(inotify, node.c_str(), IN_CLOSE_WRITE);
    }
}

void UdevSettle::await(Descriptor& descriptor) {
    descriptor.async_wait(Descriptor::wait_read,
                          [weak = weak_from_this(), &descriptor](error_code error) {
                              const auto self = weak.lock();
                              if (error || !self || self->closed_) return;
                              self->read_all();
                              self->await(descriptor);
                              self->step();
                          });
}

void UdevSettle::read_all() {
    if (inotify_.is_open()) read_inotify();
    if (monitor_.is_open()) read_monitor();
}

void UdevSettle::read_inotify() {
    alignas(inotify_event) char buffer[4096];
    ssize_t size = 0;
    while ((size = ::read(inotify_.native_handle(), buffer, sizeof buffer)) > 0) {
        for (ssize_t offset = 0; offset < size;) {
            const auto* const event = reinterpret_cast<const inotify_event*>(buffer + offset);
            offset += static_cast<ssize_t>(sizeof(inotify_event) + event->len);
            const bool of_node = event->wd != run_watch_ && (event->mask & IN_CLOSE_WRITE) != 0;
            disturbed_ = disturbed_ || of_node || (event->mask & IN_Q_OVERFLOW) != 0;
        }
    }
}

void UdevSettle::read_monitor() {
    const UdevEvents read = read_udev_events(monitor_.native_handle());
    for (const UdevEvent& event : read.events) {
        if (!is_of(event, disk_)) continue;
        if (!event.processed) {
            events_.insert(event.sequence);
            continue;
        }
        events_.erase(event.sequence);
        if (uuid_.empty() || event.uuid != uuid_) continue;
        // All events of the disk that came before it are processed, too.
        events_.erase(events_.begin(), events_.lower_bound(event.sequence));
        facts_.awaits_echo = false;
        ++facts_.echoes;
    }
    if (!read.lost) return;
    // An event of this disk may be among those that are lost: udevd is asked again.
    disturbed_ = true;
    events_.clear();
    facts_.awaits_echo = false;
}

bool UdevSettle::is_there(const char* name) const {
    return ::access((places_.run / name).c_str(), F_OK) == 0;
}

}  // namespace loopingcall::device::detail
