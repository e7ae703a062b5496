#include "udev_listener.hpp"

#include <sys/inotify.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "device/assign_descriptor.hpp"
#include "device/run_in_background.hpp"
#include "udev_monitor.hpp"

namespace loopingcall::device::detail {

namespace {

using boost::system::error_code;

bool is_of(const UdevEvent& event, const std::string& disk) {
    if (disk.empty() || !event.path.starts_with(disk)) return false;
    return event.path.size() == disk.size() || event.path[disk.size()] == '/';
}

}  // namespace

UdevListener::UdevListener(const asio::any_io_executor& strand, UdevPlaces places,
                           std::function<void()> heard)
    : places_(std::move(places)), heard_(std::move(heard)), inotify_(strand), monitor_(strand) {}

bool UdevListener::listen(const UdevDisk& disk) {
    if (closed_) return false;
    path_ = disk.path;
    const bool heard_all = hears_all();
    if (heard_all && nodes_ == disk.nodes) return false;
    if (!monitor_.is_open() && assign(monitor_, open_udev_monitor())) await(monitor_);
    hears_kernel_ = monitor_.is_open() && monitor_hears_kernel();
    if (!inotify_.is_open() &&
        assign(inotify_, process::detail::Descriptor(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)))) {
        await(inotify_);
    }
    watch_nodes(disk);
    const bool same_nodes = nodes_ == disk.nodes;
    nodes_ = disk.nodes;
    return hears_all() && !(heard_all && same_nodes);
}

/// Without the right to read a node, this cannot watch it. A watch hears the closings of one inode:
/// in another /dev than udevd's, those of another node.
void UdevListener::watch_nodes(const UdevDisk& disk) {
    hears_closings_ = false;
    if (!inotify_.is_open()) return;
    const int inotify = inotify_.native_handle();
    (void)::inotify_add_watch(inotify, places_.run.c_str(), IN_DELETE | IN_ONLYDIR);
    hears_closings_ = disk.has_nodes_of_udevd;
    for (const auto& node : disk.nodes) {
        const int watch = ::inotify_add_watch(inotify, node.c_str(), IN_CLOSE_WRITE);
        hears_closings_ = hears_closings_ && watch >= 0;
        node_watches_.insert(watch);
    }
}

void UdevListener::await(Descriptor& descriptor) {
    descriptor.async_wait(Descriptor::wait_read,
                          [weak = weak_from_this(), &descriptor](error_code error) {
                              const auto self = weak.lock();
                              if (error || !self || self->closed_) return;
                              self->read();
                              self->await(descriptor);
                              self->heard_();
                          });
}

void UdevListener::read() {
    if (inotify_.is_open()) read_inotify();
    if (monitor_.is_open()) read_monitor();
}

void UdevListener::close() {
    if (std::exchange(closed_, true)) return;
    // The kernel takes some 15 ms to be sure that nothing reads the watches any more.
    if (inotify_.is_open()) {
        close_in_background(process::detail::Descriptor(inotify_.release()));
    }
    error_code ignored;
    monitor_.close(ignored);
}

std::size_t UdevListener::events_of_others() const noexcept {
    return events_.size() - (own_ ? events_.count(*own_) : 0);
}

void UdevListener::read_inotify() {
    alignas(inotify_event) char buffer[4096];
    ssize_t size = 0;
    while ((size = ::read(inotify_.native_handle(), buffer, sizeof buffer)) > 0) {
        for (ssize_t offset = 0; offset < size;) {
            const auto* const event = reinterpret_cast<const inotify_event*>(buffer + offset);
            offset += static_cast<ssize_t>(sizeof(inotify_event) + event->len);
            const bool of_node = node_watches_.contains(event->wd);
            // The node was removed, and another one may be made with its name.
            if (of_node && (event->mask & IN_IGNORED) != 0) hears_closings_ = false;
            const bool closed = of_node && (event->mask & IN_CLOSE_WRITE) != 0;
            if (closed || (event->mask & IN_Q_OVERFLOW) != 0) lose();
        }
    }
}

void UdevListener::read_monitor() {
    const UdevEvents read = read_udev_events(monitor_.native_handle());
    for (const UdevEvent& event : read.events) {
        if (!is_of(event, path_)) continue;
        if (event.path == path_) hear_disk(event);
        const bool is_ours = !uuid_.empty() && event.uuid == uuid_;
        if (!event.processed) {
            events_.insert(event.sequence);
            if (is_ours) own_ = event.sequence;
            if (!is_ours) ++arrivals_;
            continue;
        }
        events_.erase(event.sequence);
        if (!is_ours) continue;
        // All events of the disk that came before it are processed, too.
        events_.erase(events_.begin(), events_.lower_bound(event.sequence));
        uuid_.clear();
        ++echoes_;
    }
    if (!read.lost) return;
    // An event of this disk may be among those that are lost: udevd is asked again.
    lose();
    events_.clear();
    uuid_.clear();
    mark();
}

/// Those of partitions wait for fewer events.
void UdevListener::hear_disk(const UdevEvent& event) {
    if (!event.processed && !later_) later_ = event.sequence;
    if (event.processed && later_ && event.sequence >= *later_) has_later_event_ = true;
}

void UdevListener::lose() {
    disturbed_ = true;
    ++arrivals_;
}

}  // namespace loopingcall::device::detail
