#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "udev_disk.hpp"
#include "udev_listener.hpp"
#include "udev_step.hpp"

namespace loopingcall::device::detail {

namespace asio = boost::asio;

/// What udevd has to do with a disk.
enum class UdevState : unsigned char {
    absent,    ///< no udevd runs here
    settled,   ///< nothing: all events of the disk are processed, and no new one has come
    unproven,  ///< nothing is queued, but udevd answers root only, and may not have read all
    pending,   ///< events of the disk are, or may be, queued or being processed
    unknown,   ///< udevd runs, and does not answer
};

/// One of those that wait for the same disk to settle.
struct UdevSharer {
    /// Called on the strand when the disk has settled outside of a call to settle().
    std::function<void()> wake = {};
    bool awaits_wake = false;
    /// The last settling that this has made use of.
    std::uint64_t used = 0;
};

/// Waits until udevd has processed all events of one disk: as `udevadm settle` does, and after 200
/// ms of events of any device by the echo of an event of the disk itself.
///
/// It hears every change: a writer that closes the disk or a partition, and an event of the kernel
/// for one of them. As long as nothing is heard, a disk that has settled is settled. If not all can
/// be heard, only a settling that begins after the question counts.
///
/// Shared by all devices of one wait that are on the disk: one ping and one echo answer for all of
/// them. By itself, each would take the echoes of the others for events to wait for.
///
/// On one strand. What is pending counts as work until the last sharer has left.
class UdevSettle : public std::enable_shared_from_this<UdevSettle> {
  public:
    explicit UdevSettle(asio::any_io_executor strand, UdevPlaces places = {});

    struct Wanted {
        Duration patience{0};
        /// Whether an event of the disk may be asked for: not while others use it, for each echo
        /// costs one more run of the disk's rules.
        bool may_ask = false;
        /// Whether only a settling that begins from now on counts, even if nothing was heard.
        bool anew = false;
    };

    /// Begins to settle, unless it is at it, or has settled and nothing has happened since. Waits
    /// so long for the end. Throws `operation_aborted` if cancelled; what is pending goes on.
    asio::awaitable<UdevState> settle(std::shared_ptr<UdevSharer> sharer, UdevDisk disk,
                                      Wanted wanted);

    /// What is true at this moment, by all that has been heard.
    /// @param limit  timeout of a ping of udevd; when it expires, the state of udevd is unknown.
    UdevState state(Duration limit);

    /// Whether udevd has not answered a ping that is under way, or that has failed.
    [[nodiscard]] bool is_unanswered() const noexcept;
    /// Since when the settling lasts.
    [[nodiscard]] TimePoint begun() const noexcept { return begun_; }

    [[nodiscard]] const UdevListener& heard() const noexcept { return *listener_; }

    /// Goes on in the background until the disk has settled, and wakes the sharer then.
    void go_on(UdevSharer& sharer);

    /// The last sharer that leaves closes this.
    void leave(const std::shared_ptr<UdevSharer>& sharer);
    void close();
    [[nodiscard]] bool is_closed() const noexcept { return closed_; }

  private:
    using Descriptor = asio::posix::stream_descriptor;

    asio::awaitable<void> wait_for_end(Duration patience);
    void begin();
    void start_ping();
    asio::awaitable<void> ping(std::shared_ptr<Descriptor> connection);
    void step();
    void step_at(TimePoint due);
    asio::awaitable<void> ask(std::string uuid);
    void finish(UdevState state);
    [[nodiscard]] bool still_holds() const;

    asio::any_io_executor strand_;
    UdevPlaces places_;
    UdevDisk disk_;
    std::shared_ptr<UdevListener> listener_;
    std::vector<std::shared_ptr<UdevSharer>> sharers_;
    std::set<asio::steady_timer*> waiters_;  // in settle()

    UdevState state_ = UdevState::absent;
    std::uint64_t settlings_ = 0;  // that have ended
    bool working_ = false;
    bool closed_ = false;
    SettleFacts facts_;
    int echoes_before_ = 0;  // those that do not count for this settling
    TimePoint begun_{};
    TimePoint pinged_{};
    std::uint64_t last_before_ping_ = 0;
    int asked_ = 0;
    asio::steady_timer due_;
    std::shared_ptr<Descriptor> connection_;
};

/// One settling per whole disk, for all devices of one wait.
class UdevSettlings {
  public:
    explicit UdevSettlings(asio::any_io_executor strand, UdevPlaces places = {})
        : strand_(std::move(strand)), places_(std::move(places)) {}

    [[nodiscard]] const UdevPlaces& places() const noexcept { return places_; }

    /// That of this disk; it lives as long as a device has a share in it.
    std::shared_ptr<UdevSettle> of(dev_t disk) {
        std::weak_ptr<UdevSettle>& known = of_disks_[disk];
        std::shared_ptr<UdevSettle> settle = known.lock();
        if (!settle || settle->is_closed()) {
            settle = std::make_shared<UdevSettle>(strand_, places_);
            known = settle;
        }
        return settle;
    }

  private:
    asio::any_io_executor strand_;
    UdevPlaces places_;
    std::map<dev_t, std::weak_ptr<UdevSettle>> of_disks_{};
};

}  // namespace loopingcall::device::detail
