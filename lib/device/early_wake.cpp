#include "early_wake.hpp"

#include <fcntl.h>
#include <sys/inotify.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "process/descriptor.hpp"
#include "process_info.hpp"
#include "run_in_background.hpp"

namespace loopingcall::device::detail {

namespace {

using Path = std::filesystem::path;
using boost::system::error_code;
using OwnedDescriptor = process::detail::Descriptor;
using asio::posix::stream_descriptor;

constexpr std::size_t most_holders = 64;
constexpr std::uint32_t closings = IN_CLOSE | IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF;
constexpr std::uint32_t namings = IN_CREATE | IN_MOVED_TO | IN_DELETE | IN_MOVED_FROM | IN_ONLYDIR;

bool assign(stream_descriptor& stream, OwnedDescriptor descriptor) {
    error_code error;
    stream.assign(descriptor.get(), error);
    if (!error) descriptor.release();
    return !error;
}

/// The directory that has this name, or will have it: the nearest that exists.
std::pair<Path, std::string> place_of(const Path& device) {
    Path name = device.is_absolute() ? device : std::filesystem::current_path() / device;
    std::error_code error;
    while (name.has_relative_path() && !std::filesystem::is_directory(name.parent_path(), error)) {
        name = name.parent_path();
    }
    return {name.parent_path(), name.filename().string()};
}

}  // namespace

EarlyWake::EarlyWake(asio::any_io_executor strand, std::function<void()> wake)
    : strand_(std::move(strand)), wake_(std::move(wake)), inotify_(strand_) {}

void EarlyWake::watch_nodes(const Path& device, const std::vector<Path>& nodes, bool openings) {
    if (closed_ || !open_inotify()) return;
    watch_name(device);
    if (std::exchange(openings_, openings) != openings) nodes_.clear();
    for (const Path& node : nodes) {
        if (nodes_.contains(node)) continue;
        const int watch = add_watch(node, closings | (openings ? std::uint32_t{IN_OPEN} : 0U));
        if (watch >= 0) nodes_[node] = watch;
    }
}

void EarlyWake::unwatch_nodes() {
    for (const auto& [node, watch] : nodes_) ::inotify_rm_watch(inotify_.native_handle(), watch);
    nodes_.clear();
}

void EarlyWake::watch_holders(const std::vector<Holder>& holders) {
    holders_.clear();
    for (const Holder& holder : holders) {
        if (closed_ || holders_.size() == most_holders) return;
        if (holder.start_time == 0) continue;  // who could be anybody by now
        OwnedDescriptor pidfd(static_cast<int>(::syscall(SYS_pidfd_open, holder.pid, 0)));
        const bool refused = !pidfd.is_open() && errno != ESRCH;
        if (refused) return refuse("pidfd_open");
        // Only now, for before the pid could still have been given to another process.
        const bool same = pidfd.is_open() && start_time_of(holder.pid) == holder.start_time;
        if (!same) return wake_();
        const auto ended = std::make_shared<Descriptor>(strand_);
        if (!assign(*ended, std::move(pidfd))) return refuse("epoll_ctl");
        ended->async_wait(Descriptor::wait_read, [weak = weak_from_this()](error_code error) {
            const auto self = weak.lock();
            if (!error && self && !self->closed_) self->wake_();
        });
        holders_.push_back(ended);
    }
}

void EarlyWake::close() {
    if (std::exchange(closed_, true)) return;
    error_code ignored;
    // The kernel takes some 15 ms to be sure that nobody looks at the watches any more.
    if (inotify_.is_open()) close_in_background(OwnedDescriptor(inotify_.release()));
    for (const auto& table : tables_) table->close(ignored);
    tables_.clear();
    holders_.clear();
}

bool EarlyWake::open_inotify() {
    if (inotify_.is_open()) return true;
    OwnedDescriptor opened(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC));
    if (!opened.is_open() || !assign(inotify_, std::move(opened))) {
        refuse("inotify_init1");
        return false;
    }
    await_events();
    return true;
}

/// A change is an exceptional condition (POLLPRI).
void EarlyWake::watch_tables() {
    tables_changed_ = false;
    if (closed_ || !tables_.empty()) return;
    for (const char* const path : {"/proc/self/mountinfo", "/proc/swaps"}) {
        OwnedDescriptor opened(::open(path, O_RDONLY | O_CLOEXEC));
        const auto table = std::make_shared<Descriptor>(strand_);
        if (!opened.is_open() || !assign(*table, std::move(opened))) {
            refuse(path);
            continue;
        }
        tables_.push_back(table);
        await_table(table);
    }
}

void EarlyWake::heed_tables(bool heed) {
    heeds_tables_ = heed;
    if (heeds_tables_ && std::exchange(tables_changed_, false)) wake_();
}

void EarlyWake::watch_name(const Path& device) {
    const auto [directory, name] = place_of(device);
    const int watch = add_watch(directory, namings);
    if (watch >= 0) names_[watch].insert(name);
}

int EarlyWake::add_watch(const Path& path, std::uint32_t events) {
    const int watch = ::inotify_add_watch(inotify_.native_handle(), path.c_str(), events);
    if (watch < 0 && errno != ENOENT) refuse("inotify_add_watch");
    return watch;
}

void EarlyWake::await_events() {
    inotify_.async_wait(Descriptor::wait_read, [weak = weak_from_this()](error_code error) {
        const auto self = weak.lock();
        if (error || !self || self->closed_) return;
        const bool relevant = self->read_events();
        self->await_events();
        if (relevant) self->wake_();
    });
}

bool EarlyWake::read_events() {
    alignas(inotify_event) char buffer[16384];
    bool relevant = false;
    ssize_t size = 0;
    while ((size = ::read(inotify_.native_handle(), buffer, sizeof buffer)) > 0) {
        for (ssize_t offset = 0; offset < size;) {
            const auto* const event = reinterpret_cast<const inotify_event*>(buffer + offset);
            offset += static_cast<ssize_t>(sizeof(inotify_event) + event->len);
            const auto named = names_.find(event->wd);
            const bool of_directory = named != names_.end();
            const bool of_interest =
                !of_directory || (event->len > 0 && named->second.contains(event->name));
            relevant = relevant || (of_interest && (event->mask & IN_IGNORED) == 0);
        }
    }
    return relevant;
}

void EarlyWake::await_table(const std::shared_ptr<Descriptor>& table) {
    table->async_wait(Descriptor::wait_error, [weak = weak_from_this(), table](error_code error) {
        const auto self = weak.lock();
        if (error || !self || self->closed_) return;
        self->await_table(table);
        self->tables_changed_ = true;
        self->heed_tables(self->heeds_tables_);
    });
}

void EarlyWake::refuse(const char* what) {
    if (refusal_.empty()) refusal_ = std::string(what) + ": " + std::strerror(errno);
}

}  // namespace loopingcall::device::detail
