#include "early_wake.hpp"

#include <fcntl.h>
#include <sys/inotify.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <utility>

#include "device/assign_descriptor.hpp"
#include "device/proc/process_info.hpp"
#include "device/run_in_background.hpp"
#include "process/launch/descriptor.hpp"

namespace loopingcall::device::detail {

namespace {

using Path = std::filesystem::path;
using boost::system::error_code;
using OwnedDescriptor = process::detail::Descriptor;
using asio::posix::stream_descriptor;

constexpr std::size_t most_holders = 64;

}  // namespace

EarlyWake::EarlyWake(asio::any_io_executor strand, std::function<void(WakeKind)> wake)
    : strand_(std::move(strand)), wake_(std::move(wake)), inotify_(strand_) {}

asio::awaitable<void> EarlyWake::watch_nodes(Path device, std::vector<Path> nodes, bool openings,
                                             Duration limit, std::vector<Path> written) {
    if (closed_ || is_hung_ || !open_inotify()) co_return;
    const std::shared_ptr<OwnedDescriptor> inotify = second_inotify();
    if (!inotify) co_return;
    stale_ = stale_ || openings_ != openings;
    openings_ = openings;
    std::map<int, Node> before;
    if (std::exchange(stale_, false)) nodes_.swap(before);
    ToWatch wanted{.device = std::move(device), .openings = openings};
    for (Path& node : nodes) {
        if (!has_node(node)) wanted.nodes.push_back(std::move(node));
    }
    for (Path& node : written) {
        if (!has_node(node)) wanted.written.push_back(std::move(node));
    }
    std::function<Watches()> add = [inotify, wanted = std::move(wanted)] {
        return add_watches(inotify->get(), wanted);
    };
    std::optional<Watches> added;
    {
        const Unread unread(*this);
        added = co_await find_in_background(add, limit);
        if (added && !closed_) take(std::move(*added), before);
    }
    is_hung_ = !added;
    if (is_hung_ && refusal_.empty()) refusal_ = "the file system of the device does not answer";
    if (closed_) co_return;
    for (const auto& [watch, node] : before) ::inotify_rm_watch(inotify_.native_handle(), watch);
}

/// The thread may be there when we are not.
std::shared_ptr<OwnedDescriptor> EarlyWake::second_inotify() {
    OwnedDescriptor second(::fcntl(inotify_.native_handle(), F_DUPFD_CLOEXEC, 0));
    if (second.is_open()) return std::make_shared<OwnedDescriptor>(std::move(second));
    refuse("fcntl");
    return nullptr;
}

void EarlyWake::take(Watches added, std::map<int, Node>& before) {
    for (auto& [watch, entries] : added.names) names_[watch].merge(entries);
    for (Watches::Node& node : added.nodes) {
        const auto same = before.find(node.watch);
        if (same != before.end()) {
            nodes_.insert(before.extract(same));
        } else {
            nodes_.emplace(node.watch,
                           Node{std::move(node.counted), OwnEvents(node.before), node.before});
        }
    }
    if (refusal_.empty()) refusal_ = std::move(added.refusal);
}

/// What has come meanwhile may be of a watch that is not known yet.
EarlyWake::Unread::~Unread() {
    wake_.adding_ = false;
    if (!std::exchange(wake_.unread_, false) || wake_.closed_) return;
    asio::post(wake_.strand_, [weak = wake_.weak_from_this()] {
        const auto self = weak.lock();
        if (self && !self->closed_) self->see_to_events();
    });
}

bool EarlyWake::has_node(const Path& path) const {
    return std::any_of(nodes_.begin(), nodes_.end(),
                       [&](const auto& node) { return node.second.counted.path() == path; });
}

void EarlyWake::forget_device() {
    for (const auto& [watch, node] : nodes_) ::inotify_rm_watch(inotify_.native_handle(), watch);
    nodes_.clear();
    holders_.clear();
}

void EarlyWake::read_now() {
    if (closed_ || adding_ || !inotify_.is_open()) return;
    if (const auto kind = read_events()) wake_(*kind);
}

void EarlyWake::watch_holders(const std::vector<Holder>& holders) {
    holders_.clear();
    for (const Holder& holder : holders) {
        if (closed_ || holders_.size() == most_holders) return;
        if (holder.start_time == 0) continue;  // its pid may have another process by now
        OwnedDescriptor pidfd(static_cast<int>(::syscall(SYS_pidfd_open, holder.pid, 0)));
        const bool refused = !pidfd.is_open() && errno != ESRCH;
        if (refused) return refuse("pidfd_open");
        // Only now, for before the pid could still have been given to another process.
        const bool same = pidfd.is_open() && start_time_of(holder.pid) == holder.start_time;
        if (!same) return wake_(WakeKind::changed);
        const auto ended = std::make_shared<Descriptor>(strand_);
        if (!assign(*ended, std::move(pidfd))) return refuse("epoll_ctl");
        ended->async_wait(Descriptor::wait_read, [weak = weak_from_this()](error_code error) {
            const auto self = weak.lock();
            if (!error && self && !self->closed_) self->wake_(WakeKind::changed);
        });
        holders_.push_back(ended);
    }
}

void EarlyWake::close() {
    if (std::exchange(closed_, true)) return;
    error_code ignored;
    // The kernel takes some 15 ms to be sure that nothing reads the watches any more.
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
    if (heeds_tables_ && std::exchange(tables_changed_, false)) wake_(WakeKind::changed);
}

void EarlyWake::await_events() {
    inotify_.async_wait(Descriptor::wait_read, [weak = weak_from_this()](error_code error) {
        const auto self = weak.lock();
        if (error || !self || self->closed_) return;
        if (self->adding_) {
            self->unread_ = true;
        } else {
            self->see_to_events();
        }
    });
}

void EarlyWake::see_to_events() {
    const auto kind = read_events();
    await_events();
    if (kind) wake_(*kind);
}

std::optional<WakeKind> EarlyWake::read_events() {
    alignas(inotify_event) char buffer[16384];
    std::optional<WakeKind> all;
    ssize_t size = 0;
    begin_reading();
    while ((size = ::read(inotify_.native_handle(), buffer, sizeof buffer)) > 0) {
        for (auto& [watch, node] : nodes_) node.own.begin(node.counted.count());
        for (ssize_t offset = 0; offset < size;) {
            const auto* const event = reinterpret_cast<const inotify_event*>(buffer + offset);
            offset += static_cast<ssize_t>(sizeof(inotify_event) + event->len);
            const auto one = meaning_of(*event);
            if (one && all != WakeKind::changed) all = one;
        }
    }
    end_reading();
    return all;
}

void EarlyWake::begin_reading() {
    for (auto& [watch, node] : nodes_) node.before = node.counted.count();
}

void EarlyWake::end_reading() {
    for (auto& [watch, node] : nodes_) node.own.end(node.before);
}

std::optional<WakeKind> EarlyWake::meaning_of(const inotify_event& event) {
    if ((event.mask & IN_Q_OVERFLOW) != 0) {
        last_opening_ = std::chrono::steady_clock::now();
        stale_ = true;
        return WakeKind::changed;
    }
    if ((event.mask & IN_IGNORED) != 0) {  // the kernel has removed the watch, or we have
        nodes_.erase(event.wd);
        names_.erase(event.wd);
        return std::nullopt;
    }
    const auto node = nodes_.find(event.wd);
    if (node != nodes_.end()) return meaning_to(node->second, event.mask);
    const auto names = names_.find(event.wd);
    if (names == names_.end()) return std::nullopt;
    const bool of_interest = (event.mask & (IN_DELETE_SELF | IN_MOVE_SELF)) != 0 ||
                             (event.len > 0 && names->second.contains(event.name));
    if (!of_interest) return std::nullopt;
    stale_ = true;
    return WakeKind::changed;
}

/// An opening does not wake: it cannot make the device free.
std::optional<WakeKind> EarlyWake::meaning_to(Node& node, std::uint32_t events) {
    if ((events & IN_OPEN) != 0 && node.own.takes_opening()) return std::nullopt;
    if ((events & IN_CLOSE_NOWRITE) != 0 && node.own.takes_closing()) return std::nullopt;
    if ((events & (IN_DELETE_SELF | IN_MOVE_SELF)) != 0) stale_ = true;
    // The openings of a node that was made again are unknown.
    if ((events & IN_ATTRIB) == 0) last_opening_ = std::chrono::steady_clock::now();
    if ((events & IN_OPEN) != 0) return std::nullopt;
    return (events & IN_CLOSE) != 0 ? WakeKind::closed : WakeKind::changed;
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
