#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "device/kernel/opened_by_us.hpp"

namespace loopingcall::device::detail {

/// What is to be watched for one device.
struct ToWatch {
    std::filesystem::path device = {};  ///< whose names are watched, on the whole way to it
    std::vector<std::filesystem::path> nodes = {};
    bool openings = false;  ///< of the nodes, too
    /// Those of which only the end of an opening for writing counts.
    std::vector<std::filesystem::path> written = {};
};

/// What inotify watches now.
struct Watches {
    struct Node {
        int watch;
        CountedNode counted;
        OwnOpenings before;  ///< as counted before it was watched
    };

    std::map<int, std::set<std::string>> names = {};  ///< by the watch of their directory
    std::vector<Node> nodes = {};
    std::string refusal = {};  ///< the first, if the kernel has refused anything
};

/// Looks up names and adds them to an inotify instance. Blocks for as long as their file system
/// does, which may be for ever: this is not for the event loop.
Watches add_watches(int inotify, const ToWatch& wanted);

}  // namespace loopingcall::device::detail
