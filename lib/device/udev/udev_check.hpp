#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <filesystem>
#include <functional>
#include <loopingcall/device/report.hpp>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "device/evidence/evidence.hpp"
#include "device/openings/disk_locks.hpp"
#include "device/run_in_background.hpp"
#include "udev_settle.hpp"

namespace loopingcall::device::detail {

/// What udev has to do, in words: "2 events are being processed". A pure function.
/// @param events  that are known to be in process, without one that was asked for.
/// @param unanswered  how long udevd has not answered.
std::string in_words(std::size_t events, Duration unanswered);

/// The sources "udev" and "lock" of one device, in each of its checks.
///
/// A device is free if its disk had settled before the other sources were read, and nothing has
/// happened since. So a check waits for udev first, for at most 200 ms, and then reads the other
/// sources. If only udev is in the way by then, an event of the disk itself decides, and the other
/// sources are read again. After one second more the check ends as busy; the disk settles in the
/// background and wakes the wait.
///
/// If something may happen to the disk unheard, udevd is pinged again after the other sources were
/// read, and only that answer counts.
class UdevCheck : public std::enable_shared_from_this<UdevCheck> {
  public:
    /// @param wake  called on the strand when udev is done with the disk, or its lock is released.
    UdevCheck(asio::any_io_executor strand, std::filesystem::path device,
              std::function<void()> wake, bool enabled, std::shared_ptr<UdevSettlings> settlings);

    /// Waits for udev before the other sources are read.
    /// @param limit  of the check.
    /// @return the time spent waiting for udev, which does not count towards that of the check.
    asio::awaitable<Duration> settle(Duration limit);

    /// Whether there was no such device when settle() looked for it.
    [[nodiscard]] bool was_missing() const noexcept { return missing_; }

    /// Waits for udev once more, after the other sources have shown no use.
    /// @return whether the disk has settled since, so that the other sources must be read again.
    asio::awaitable<bool> settle_at_last(Duration limit);

    /// Begins to search for the lock of the disk, which takes as long as the scan of the processes.
    /// answers() uses what is found. To be called before each scan.
    void begin_to_find_lock();

    /// The answers of both sources, after the other sources were read for the last time: of a block
    /// device. If either is in the way, its end wakes.
    asio::awaitable<std::vector<Answer>> answers(Duration limit);

    void close();

  private:
    void use(const UdevDisk& disk);
    asio::awaitable<void> wait_for_udevd(UdevSettle::Wanted wanted);
    asio::awaitable<bool> confirm(Duration patience);
    struct Found {
        bool missing = false;
        std::optional<UdevDisk> disk = {};
        DiskLocks locks = {};  // without those of others, if only ours was searched for
    };
    [[nodiscard]] std::function<Found()> search(bool with_locks) const;
    asio::awaitable<std::optional<Found>> find(Duration limit);
    void start_search();
    asio::awaitable<std::optional<Found>> finish_search(Duration limit);
    [[nodiscard]] Answer udev_answer(const Found& found, Duration limit);
    void begin_to_watch_lock(const Found& locked);
    asio::awaitable<void> watch_lock(Found locked);

    asio::any_io_executor strand_;
    std::function<void()> wake_;
    bool enabled_;
    std::shared_ptr<UdevSettlings> settlings_;
    UdevPlaces places_;
    std::shared_ptr<UdevSettle> settle_;  // of the disk, once it is known
    std::shared_ptr<UdevSharer> share_;
    std::filesystem::path device_;
    bool runs_ = false;  // an udevd, as far as /run/udev shows
    bool missing_ = false;
    std::optional<UdevDisk> disk_;
    std::optional<BackgroundSearch<Found>> search_;
    bool search_counts_ = false;  // for a scan that has begun
    bool ours_ = false;
    UdevState state_ = UdevState::absent;
    std::uint64_t arrivals_ = 0;  // that had been heard when the disk had settled
    int readings_ = 0;            // of the other sources in vain, in this check
    asio::steady_timer poll_;
    bool polling_ = false;
    bool closed_ = false;
};

}  // namespace loopingcall::device::detail
