#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <filesystem>
#include <functional>
#include <loopingcall/device/report.hpp>
#include <loopingcall/time.hpp>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "device/kernel/opened_by_us.hpp"
#include "process/launch/descriptor.hpp"
#include "watches.hpp"

struct inotify_event;

namespace loopingcall::device::detail {

namespace asio = boost::asio;

/// What wakes.
enum class WakeKind : unsigned char {
    closed,   ///< a process has closed a node
    changed,  ///< anything else: a holder has ended, a name or a table has changed
};

/// Reports that a busy device may have become free, so that it is checked before the next tick: a
/// holder has ended (pidfd), its node was closed, removed or made again (inotify), something was
/// unmounted or swapped off (the kernel's tables).
///
/// It reports too often rather than too seldom, and may report nothing at all: it continues without
/// what the kernel refuses (EMFILE, ENOSPC of watches, ENOSYS), and refusal() names that.
///
/// On one strand. What is pending counts as work until close().
class EarlyWake : public std::enable_shared_from_this<EarlyWake> {
  public:
    /// @param wake  called on the strand, never inside a member function but watch_holders(),
    ///              heed_tables() and read_now().
    EarlyWake(asio::any_io_executor strand, std::function<void(WakeKind)> wake);

    /// Watches what is mounted and swapped to. Linux reports changes since the tables were opened:
    /// so this comes before they are read for a check.
    void watch_tables();

    /// Whether a change of the tables matters, by the last report: a device that is not in them
    /// cannot become free by their change, and on a host that mounts and unmounts all the time it
    /// would be checked all the time. What has changed since watch_tables() wakes at once.
    void heed_tables(bool heed);

    /// Watches these nodes being closed, and where they and the device have their names: also the
    /// symbolic links on the way. Watching what is watched already changes nothing; a node that was
    /// made again is watched in place of the old one. What this process does with the nodes itself
    /// under an OwnOpening does not count.
    ///
    /// The names are looked up in the background. If that takes longer than `limit`, their file
    /// system is dead: refusal() says so, and nothing is looked up again. Events are read when it
    /// is over. Only a cancellation, and what run_in_background() throws, is thrown.
    /// @param openings  whether they are watched being opened, too. That does not wake, since an
    ///                  opening makes no device free, but counts for last_opening().
    /// @param written  nodes whose openings count only if they are for writing: the disk of a
    ///                 partition.
    asio::awaitable<void> watch_nodes(std::filesystem::path device,
                                      std::vector<std::filesystem::path> nodes, bool openings,
                                      Duration limit,
                                      std::vector<std::filesystem::path> written = {});

    /// Forgets the device, not its name: another one takes its place.
    void forget_device();

    /// Sees to the events that have come so far, without waiting for the event loop to do so.
    void read_now();

    /// When the last event was read that shows that another process had a node open, or may have
    /// had: also if the kernel has lost events.
    [[nodiscard]] std::optional<TimePoint> last_opening() const noexcept { return last_opening_; }

    /// Watches these processes ending, in place of others; at most 64 of them. One that has ended
    /// already, or whose pid belongs to another by now, wakes at once.
    void watch_holders(const std::vector<Holder>& holders);

    void close();

    /// The first thing that the kernel refused, or nothing.
    [[nodiscard]] const std::string& refusal() const noexcept { return refusal_; }

  private:
    using Descriptor = asio::posix::stream_descriptor;

    struct Node {
        CountedNode counted;
        OwnEvents own;
        OwnOpenings before;  // the reading
    };

    /// As long as it lives, events stay unread.
    class Unread {
      public:
        explicit Unread(EarlyWake& wake) : wake_(wake) { wake_.adding_ = true; }
        ~Unread();
        Unread(const Unread&) = delete;
        Unread& operator=(const Unread&) = delete;

      private:
        EarlyWake& wake_;
    };

    bool open_inotify();
    std::shared_ptr<process::detail::Descriptor> second_inotify();
    void take(Watches added, std::map<int, Node>& before);
    void await_events();
    void see_to_events();
    [[nodiscard]] std::optional<WakeKind> read_events();
    void begin_reading();
    void end_reading();
    std::optional<WakeKind> meaning_of(const inotify_event& event);
    std::optional<WakeKind> meaning_to(Node& node, std::uint32_t events);
    [[nodiscard]] bool has_node(const std::filesystem::path& path) const;
    void await_table(const std::shared_ptr<Descriptor>& table);
    void refuse(const char* what);

    asio::any_io_executor strand_;
    std::function<void(WakeKind)> wake_;
    Descriptor inotify_;
    std::map<int, Node> nodes_;                   // by their watch
    std::map<int, std::set<std::string>> names_;  // of interest, by the watch of their directory
    std::vector<std::shared_ptr<Descriptor>> tables_;
    std::vector<std::shared_ptr<Descriptor>> holders_;
    std::optional<TimePoint> last_opening_;
    bool openings_ = false;
    bool stale_ = false;  // a node may be another one by now
    bool heeds_tables_ = false;
    bool tables_changed_ = false;
    bool closed_ = false;
    bool adding_ = false;   // watches, in the background
    bool unread_ = false;   // events, because of that
    bool is_hung_ = false;  // the file system of a name
    std::string refusal_;
};

}  // namespace loopingcall::device::detail
