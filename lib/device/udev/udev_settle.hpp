#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <memory>
#include <set>
#include <string>

#include "udev_disk.hpp"
#include "udev_event.hpp"
#include "udev_step.hpp"

namespace loopingcall::device::detail {

namespace asio = boost::asio;

/// What udevd has to do with a disk.
enum class UdevState : unsigned char {
    absent,   ///< no udevd runs here
    settled,  ///< nothing: all events of the disk are processed, and no new one has come
    pending,  ///< events of the disk are, or may be, queued or being processed
    unknown,  ///< udevd runs, and does not answer
};

/// Waits until udevd has processed all events of one disk: as `udevadm settle` does, and after 200
/// ms of events of any device by the echo of an event of the disk itself.
///
/// It receives every change of what it watches, so that a state is never older than its question:
/// a writer that closes the disk or a partition, and an event of the kernel for one of them, end
/// `settled`.
///
/// On one strand. What is pending counts as work until close().
class UdevSettle : public std::enable_shared_from_this<UdevSettle> {
  public:
    /// @param wake  called on the strand when the disk has settled outside of
    ///              settle().
    UdevSettle(asio::any_io_executor strand, std::function<void()> wake, UdevPlaces places = {});

    /// Begins to settle, unless it is at it, or has settled outside of a call and nothing has
    /// happened since. Waits so long for the end.
    /// @param may_ask  whether an event of the disk may be asked for: not while others use it, for
    ///                 each echo costs one more run of the disk's rules.
    /// Throws `operation_aborted` if cancelled; what is pending goes on.
    asio::awaitable<UdevState> settle(UdevDisk disk, Duration patience, bool may_ask);

    /// Whether an udevd runs here, as far as its socket shows. Never blocks.
    [[nodiscard]] bool is_udevd_there() const { return is_there("control"); }

    /// What is true at this moment, by all that has been heard.
    /// @param limit  timeout of a ping of udevd; when it expires, the state of udevd is unknown.
    UdevState state(Duration limit);

    /// How many events of the disk are known to be queued or in process.
    [[nodiscard]] std::size_t events() const noexcept { return events_.size(); }

    /// Goes on in the background until the disk has settled, and wakes then.
    void go_on();

    void close();

  private:
    using Descriptor = asio::posix::stream_descriptor;

    void begin();
    void start_ping();
    asio::awaitable<void> ping(std::shared_ptr<asio::posix::stream_descriptor> connection);
    void step();
    void step_at(TimePoint due);
    asio::awaitable<void> ask();
    void finish(UdevState state);
    void listen();
    void await(Descriptor& descriptor);
    void read_all();
    void read_inotify();
    void read_monitor();
    [[nodiscard]] bool is_there(const char* name) const;

    asio::any_io_executor strand_;
    std::function<void()> wake_;
    UdevPlaces places_;
    UdevDisk disk_;

    UdevState state_ = UdevState::absent;
    bool working_ = false;
    bool fresh_ = false;      // settled since the last question
    bool disturbed_ = false;  // closed by a writer since the ping
    bool closed_ = false;
    int waiting_ = 0;
    SettleFacts facts_;
    TimePoint begun_{};
    TimePoint pinged_{};
    std::string uuid_;
    std::set<std::uint64_t> events_;  // of the disk, by their sequence numbers
    std::uint64_t last_before_ping_ = 0;
    int asked_ = 0;

    asio::steady_timer finished_;
    asio::steady_timer due_;
    std::shared_ptr<Descriptor> connection_;
    Descriptor inotify_;
    Descriptor monitor_;
    int run_watch_ = -1;
};

}  // namespace loopingcall::device::detail
