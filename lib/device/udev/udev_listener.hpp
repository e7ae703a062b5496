#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "udev_disk.hpp"
#include "udev_event.hpp"

namespace loopingcall::device::detail {

namespace asio = boost::asio;

/// Hears what happens to one disk: a writer closes it or a partition, the kernel sends an event of
/// one of them, udevd has processed an event.
///
/// On one strand. What is pending counts as work until close().
class UdevListener : public std::enable_shared_from_this<UdevListener> {
  public:
    /// @param heard  called on the strand after something was read outside of read().
    UdevListener(const asio::any_io_executor& strand, UdevPlaces places,
                 std::function<void()> heard);

    /// Watches the disk from now on. Never blocks longer than the file system of its nodes does.
    /// @return whether this hears all from now on, and did not before.
    bool listen(const UdevDisk& disk);

    /// Reads what has happened up to this moment.
    void read();

    void close();

    /// Whether nothing can happen to the disk unheard: a node may not be watched, for lack of
    /// watches or of a right, or may be another one than udevd's.
    [[nodiscard]] bool hears_all() const noexcept { return hears_closings_ && hears_kernel_; }
    /// Whether the echo of an event can be heard.
    [[nodiscard]] bool hears_events() const noexcept { return monitor_.is_open(); }

    /// Whether a writer has closed the disk, or something was lost, since calm_down().
    [[nodiscard]] bool is_disturbed() const noexcept { return disturbed_; }
    void disturb() noexcept { disturbed_ = true; }
    bool calm_down() noexcept { return std::exchange(disturbed_, false); }

    /// The events of the disk that are queued or in process, by their sequence numbers.
    [[nodiscard]] const std::set<std::uint64_t>& events() const noexcept { return events_; }
    /// How many of them were not asked for by expect_echo().
    [[nodiscard]] std::size_t events_of_others() const noexcept;
    /// All up to this one are processed.
    void processed(std::uint64_t last) {
        events_.erase(events_.begin(), events_.upper_bound(last));
    }

    /// How many closings and events of others have been heard so far.
    [[nodiscard]] std::uint64_t arrivals() const noexcept { return arrivals_; }

    /// An event with this UUID is asked for: its end is an echo, and no event of others.
    void expect_echo(std::string uuid) { uuid_ = std::move(uuid); }
    void expect_no_echo() { uuid_.clear(); }
    [[nodiscard]] bool expects_echo() const noexcept { return !uuid_.empty(); }
    /// How many echoes have come so far.
    [[nodiscard]] int echoes() const noexcept { return echoes_; }

    /// From now on, an event of the disk itself that another program asks for is as good as an
    /// echo: it comes after all that udevd has read. To be called after read().
    void mark() noexcept { later_.reset(), has_later_event_ = false; }
    /// Whether such an event is in process, or has been processed.
    [[nodiscard]] bool expects_later_event() const noexcept { return later_ && !has_later_event_; }
    [[nodiscard]] bool has_later_event() const noexcept { return has_later_event_; }

  private:
    using Descriptor = asio::posix::stream_descriptor;

    void watch_nodes(const UdevDisk& disk);
    void await(Descriptor& descriptor);
    void read_inotify();
    void read_monitor();
    void hear_disk(const UdevEvent& event);
    void lose();

    UdevPlaces places_;
    std::function<void()> heard_;
    std::string path_;  // of the disk in sysfs
    std::vector<std::filesystem::path> nodes_;
    Descriptor inotify_;
    Descriptor monitor_;
    std::set<int> node_watches_;
    bool hears_closings_ = false;
    bool hears_kernel_ = false;
    bool disturbed_ = false;
    bool closed_ = false;
    std::set<std::uint64_t> events_;
    std::uint64_t arrivals_ = 0;
    std::string uuid_;
    std::optional<std::uint64_t> own_;  // the event that was asked for
    int echoes_ = 0;
    std::optional<std::uint64_t> later_;  // the first event of the disk since mark()
    bool has_later_event_ = false;
};

}  // namespace loopingcall::device::detail
