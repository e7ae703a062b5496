#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <filesystem>
#include <functional>
#include <loopingcall/device/report.hpp>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace loopingcall::device::detail {

namespace asio = boost::asio;

/// Tells that a busy device may have become free, so that nobody has to wait for the next check: a
/// holder has ended (pidfd), its node was closed, removed or made anew (inotify), something was
/// unmounted or swapped off (the kernel's tables).
///
/// It tells too often rather than too seldom, and may tell nothing at all: what the kernel refuses
/// (EMFILE, ENOSPC of watches, ENOSYS) is done without, and named by refusal().
///
/// On one strand. What is pending counts as work until close().
class EarlyWake : public std::enable_shared_from_this<EarlyWake> {
  public:
    /// @param wake  called on the strand, never inside a member function but watch_holders() and
    ///              heed_tables().
    EarlyWake(asio::any_io_executor strand, std::function<void()> wake);

    /// Watches what is mounted and swapped to. Linux tells changes since the tables were opened: so
    /// this comes before they are read for a verdict.
    void watch_tables();

    /// Whether a change of the tables matters, as the verdict tells: who is not in them has nothing
    /// to hope for from them, and a host that mounts and unmounts all the time would be asked all
    /// the time. What has changed since watch_tables() wakes at once.
    void heed_tables(bool heed);

    /// Watches these nodes being closed, and where the device has its name. Watching what is
    /// watched already changes nothing.
    /// Looks the names up: blocks if their file system does.
    /// @param openings  whether they are watched being opened, too.
    void watch_nodes(const std::filesystem::path& device,
                     const std::vector<std::filesystem::path>& nodes, bool openings);

    /// So that what one does with the nodes oneself is no event.
    void unwatch_nodes();

    /// Watches these processes ending, in place of others; at most 64 of them. One that has ended
    /// already, or whose pid belongs to another by now, wakes at once.
    void watch_holders(const std::vector<Holder>& holders);

    void close();

    /// The first thing that the kernel refused, or nothing.
    [[nodiscard]] const std::string& refusal() const noexcept { return refusal_; }

  private:
    using Descriptor = asio::posix::stream_descriptor;

    bool open_inotify();
    void watch_name(const std::filesystem::path& device);
    int add_watch(const std::filesystem::path& path, std::uint32_t events);
    void await_events();
    bool read_events();
    void await_table(const std::shared_ptr<Descriptor>& table);
    void refuse(const char* what);

    asio::any_io_executor strand_;
    std::function<void()> wake_;
    Descriptor inotify_;
    std::map<std::filesystem::path, int> nodes_;
    std::map<int, std::set<std::string>> names_;  // of interest, by the watch of their directory
    std::vector<std::shared_ptr<Descriptor>> tables_;
    std::vector<std::shared_ptr<Descriptor>> holders_;
    bool openings_ = false;
    bool heeds_tables_ = false;
    bool tables_changed_ = false;
    bool closed_ = false;
    std::string refusal_;
};

}  // namespace loopingcall::device::detail
