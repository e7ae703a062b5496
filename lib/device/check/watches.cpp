#include "watches.hpp"

#include <sys/inotify.h>

#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

namespace loopingcall::device::detail {

namespace {

using Path = std::filesystem::path;

constexpr std::uint32_t closings = IN_CLOSE | IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF;
constexpr std::uint32_t namings = IN_CREATE | IN_MOVED_TO | IN_DELETE | IN_MOVED_FROM |
                                  IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR;
constexpr int most_links = 40;  // as the kernel follows

/// The directory that has this name, or will have it: the nearest that exists.
std::pair<Path, std::string> place_of(const Path& device) {
    Path name = device.is_absolute() ? device : std::filesystem::current_path() / device;
    std::error_code error;
    while (name.has_relative_path() && !std::filesystem::is_directory(name.parent_path(), error)) {
        name = name.parent_path();
    }
    return {name.parent_path(), name.filename().string()};
}

class Adding {
  public:
    explicit Adding(int inotify) : inotify_(inotify) {}

    /// The names on the way to a device: its own, and those that symbolic links lead to.
    void add_way(const Path& device) {
        Path name = device;
        for (int links = 0; links < most_links; ++links) {
            add_name(name);
            std::error_code error;
            const Path target = std::filesystem::read_symlink(name, error);
            if (error) return;
            name = target.is_absolute() ? target : name.parent_path() / target;
        }
    }

    void add_name(const Path& name) {
        const auto [directory, entry] = place_of(name);
        const int watch = add(directory, namings);
        if (watch >= 0) watches_.names[watch].insert(entry);
    }

    void add_node(const Path& node, std::uint32_t events) {
        CountedNode counted(node);
        const OwnOpenings before = counted.count();
        const int watch = add(node, events);
        if (watch >= 0) watches_.nodes.push_back({watch, std::move(counted), before});
    }

    Watches take() { return std::move(watches_); }

  private:
    int add(const Path& path, std::uint32_t events) {
        const int watch = ::inotify_add_watch(inotify_, path.c_str(), events);
        if (watch < 0 && errno != ENOENT && watches_.refusal.empty()) {
            watches_.refusal = std::string("inotify_add_watch: ") + std::strerror(errno);
        }
        return watch;
    }

    int inotify_;
    Watches watches_{};
};

}  // namespace

Watches add_watches(int inotify, const ToWatch& wanted) {
    Adding adding(inotify);
    adding.add_way(wanted.device);
    for (const Path& node : wanted.nodes) {
        adding.add_name(node);
        adding.add_node(node, closings | (wanted.openings ? std::uint32_t{IN_OPEN} : 0U));
    }
    for (const Path& node : wanted.written) adding.add_node(node, IN_CLOSE_WRITE);
    return adding.take();
}

}  // namespace loopingcall::device::detail
