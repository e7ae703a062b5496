#include "udev_check.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

#include "device/kernel/identity.hpp"
#include "device/openings/udev_node.hpp"
#include "device/run_in_background.hpp"

namespace loopingcall::device::detail {

namespace {

/// How often the other sources are read again because of what may have happened unheard.
constexpr int most_readings_in_vain = 3;

/// No file descriptor reports that a lock is released.
constexpr Duration shortest_poll = std::chrono::milliseconds{10};
constexpr Duration longest_poll = std::chrono::milliseconds{200};
constexpr std::chrono::seconds poll_limit{10};

/// A udevd that has not answered for so long may hang, whatever it has in process.
constexpr Duration silence = std::chrono::seconds{2};

constexpr const char* excluded = "excluded by check_device_udev";
constexpr const char* no_udevd = "systemd-udevd does not run here";

}  // namespace

std::string in_words(std::size_t events, Duration unanswered) {
    const bool is_silent = unanswered >= silence || (unanswered > Duration::zero() && events == 0);
    if (is_silent) return "systemd-udevd has not answered yet";
    if (events == 0) return "events are queued";
    if (events == 1) return "1 event is being processed";
    return std::to_string(events) + " events are being processed";
}

UdevCheck::UdevCheck(asio::any_io_executor strand, std::filesystem::path device,
                     std::function<void()> wake, bool enabled,
                     std::shared_ptr<UdevSettlings> settlings)
    : strand_(std::move(strand)),
      wake_(std::move(wake)),
      enabled_(enabled),
      settlings_(std::move(settlings)),
      places_(settlings_->places()),
      share_(std::make_shared<UdevSharer>(UdevSharer{.wake = wake_})),
      device_(std::move(device)),
      poll_(strand_) {}

asio::awaitable<Duration> UdevCheck::settle(Duration limit) {
    state_ = UdevState::absent;
    disk_.reset();
    ours_ = false;
    readings_ = 0;
    search_.reset();
    runs_ = enabled_ && is_udevd_there(places_);
    missing_ = false;
    if (!runs_) co_return Duration::zero();
    const auto found = co_await find_in_background(search(false), limit);
    missing_ = found && found->missing;
    if (!found || !found->disk || closed_) co_return Duration::zero();
    use(*found->disk);
    ours_ = found->locks.ours;
    // udevd puts the events of a locked disk off until the lock is released. Under a lock of our
    // own no worker opens the disk, and the queue would not become empty before we give up.
    if (ours_) co_return Duration::zero();
    const TimePoint begun = std::chrono::steady_clock::now();
    co_await wait_for_udevd({.patience = std::min(queue_patience, limit)});
    start_search();
    co_return std::chrono::steady_clock::now() - begun;
}

/// The name may be that of another disk than before.
void UdevCheck::use(const UdevDisk& disk) {
    disk_ = disk;
    auto settle = settlings_->of(disk.number);
    if (settle == settle_) return;
    if (settle_) settle_->leave(share_);
    share_->used = 0;
    settle_ = std::move(settle);
}

asio::awaitable<void> UdevCheck::wait_for_udevd(UdevSettle::Wanted wanted) {
    if (closed_) co_return;
    state_ = co_await settle_->settle(share_, *disk_, wanted);
    if (state_ != UdevState::absent) arrivals_ = settle_->heard().arrivals();
}

asio::awaitable<bool> UdevCheck::settle_at_last(Duration limit) {
    if (!disk_ || ours_ || state_ == UdevState::absent) co_return false;
    const Duration patience = std::min(echo_patience, limit);
    if (state_ == UdevState::settled) co_return co_await confirm(patience);
    const bool can_ask = ::faccessat(AT_FDCWD, disk_->uevent_file.c_str(), W_OK, AT_EACCESS) == 0;
    if (state_ == UdevState::unproven && !can_ask) co_return false;
    bool proven = false;
    if (state_ == UdevState::pending) {
        const auto found = co_await find(limit);
        // It is known to be busy: an answer now is better than a free one later.
        proven = found && !found->locks.workers.empty();
    }
    co_await wait_for_udevd({.patience = proven ? Duration::zero() : patience, .may_ask = true});
    co_return state_ == UdevState::settled || state_ == UdevState::absent;
}

/// What may have happened unheard is proven not to have happened by what udevd says now.
asio::awaitable<bool> UdevCheck::confirm(Duration patience) {
    if (settle_->heard().hears_all()) co_return false;
    const std::uint64_t before = arrivals_;
    co_await wait_for_udevd({.patience = patience, .may_ask = true, .anew = true});
    if (state_ != UdevState::settled || arrivals_ == before) co_return false;
    if (++readings_ <= most_readings_in_vain) co_return true;
    state_ = UdevState::pending;
    co_return false;
}

/// The first time in a check, the search has begun when the disk had settled.
void UdevCheck::begin_to_find_lock() {
    const bool has_begun = search_ && !search_counts_;
    if (enabled_ && !has_begun) start_search();
    search_counts_ = true;
}

void UdevCheck::start_search() try {
    search_counts_ = false;
    search_.emplace(strand_, search(true));
} catch (const std::system_error&) {
    // No thread, no descriptor: answers() tries again, and says so.
}

asio::awaitable<std::vector<Answer>> UdevCheck::answers(Duration limit) {
    if (!enabled_) {
        co_return std::vector{not_applicable(Source::lock, excluded),
                              not_applicable(Source::udev, excluded)};
    }
    auto found = co_await finish_search(limit);
    if (!found) {
        const std::string why = "the lock of the disk could not be looked up in time";
        co_return std::vector{
            not_inspected(Source::lock, why),
            runs_ ? not_inspected(Source::udev, why) : not_applicable(Source::udev, no_udevd)};
    }
    if (!found->disk) co_return std::vector<Answer>{};  // no block device
    const bool locked = !found->locks.others.empty() || !found->locks.workers.empty();
    if (locked) begin_to_watch_lock(*found);
    const bool has_ended = disk_ && !ours_ && state_ == UdevState::absent;
    if (has_ended) found->locks.elsewhere.clear();  // udevd left only its socket
    co_return std::vector{lock_answer(found->locks, found->disk->node), udev_answer(*found, limit)};
}

Answer UdevCheck::udev_answer(const Found& found, Duration limit) {
    if (!runs_) return not_applicable(Source::udev, no_udevd);
    if (ours_) return not_applicable(Source::udev, "the lock on the disk keeps udev away");
    if (!disk_) return not_inspected(Source::udev, "the disk could not be looked up in time");
    if (state_ == UdevState::absent) return not_applicable(Source::udev, no_udevd);
    const bool is_restless = readings_ > most_readings_in_vain;
    switch (is_restless ? UdevState::pending : settle_->state(limit)) {
        case UdevState::pending: {
            const Duration unanswered = settle_->is_unanswered()
                                            ? std::chrono::steady_clock::now() - settle_->begun()
                                            : Duration::zero();
            settle_->go_on(*share_);
            const std::size_t events =
                std::max(settle_->heard().events_of_others(), found.locks.workers.size());
            Claim claim{ClaimKind::udev, in_words(events, unanswered), found.disk->node};
            return answer(Source::udev, std::vector{std::move(claim)});
        }
        case UdevState::unproven:
            return not_inspected(
                Source::udev,
                "systemd-udevd answers root only, and may have events of the disk "
                "to read; run as root, or exclude it by check_device_udev = false");
        case UdevState::unknown:
            return not_inspected(Source::udev,
                                 "systemd-udevd does not answer; restart it, or exclude it by "
                                 "check_device_udev = false");
        case UdevState::absent:
        case UdevState::settled:
            break;
    }
    return nobody(Source::udev);
}

void UdevCheck::close() {
    closed_ = true;
    if (settle_) settle_->leave(share_);
    poll_.cancel();
}

std::function<UdevCheck::Found()> UdevCheck::search(bool with_locks) const {
    return [device = device_, places = places_, with_locks] {
        Found found;
        const Identified identified = identify_device(device);
        found.missing = identified.missing;
        if (!identified.identity || !identified.identity->is_block_device) return found;
        found.disk = find_udev_disk(identified.identity->number, places);
        if (with_locks) {
            found.locks = find_disk_locks(found.disk->node, places);
        } else {
            found.locks.ours = is_locked_by_us(found.disk->node, places);
        }
        return found;
    };
}

asio::awaitable<std::optional<UdevCheck::Found>> UdevCheck::find(Duration limit) {
    co_return co_await find_in_background(search(true), limit);
}

asio::awaitable<std::optional<UdevCheck::Found>> UdevCheck::finish_search(Duration limit) {
    if (!search_) co_return co_await find(limit);
    auto begun = std::move(*search_);
    search_.reset();
    co_return co_await begun.wait(limit);
}

void UdevCheck::begin_to_watch_lock(const Found& locked) {
    if (closed_ || std::exchange(polling_, true)) return;
    asio::co_spawn(
        strand_, [self = shared_from_this(), locked] { return self->watch_lock(locked); },
        asio::detached);
}

/// Another one may have taken the lock since: /proc/locks shows it, and is read when the owners
/// that are known have let go.
asio::awaitable<void> UdevCheck::watch_lock(Found locked) try {
    for (Duration pause = shortest_poll; !closed_; pause = std::min(2 * pause, longest_poll)) {
        poll_.expires_after(pause);
        co_await poll_.async_wait(asio::as_tuple(asio::use_awaitable));
        if (closed_) break;
        std::function<bool()> look = [locked, places = places_] {
            return has_owner_still(locked.locks, locked.disk->node, places);
        };
        const auto is_held = co_await find_in_background(look, poll_limit);
        if (!is_held || *is_held) continue;
        const auto found = co_await find(poll_limit);
        if (!found) continue;
        if (found->disk && !(found->locks.others.empty() && found->locks.workers.empty())) {
            locked = *found;
            continue;
        }
        polling_ = false;
        if (!closed_) wake_();
        co_return;
    }
} catch (const std::exception&) {
    polling_ = false;  // no thread: a check at the interval notices it
}

}  // namespace loopingcall::device::detail
