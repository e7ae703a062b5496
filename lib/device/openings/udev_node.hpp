#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "device/kernel/udev_places.hpp"

namespace loopingcall::device::detail {

/// Whether a udevd runs here, as far as its socket shows. Never blocks.
bool is_udevd_there(const UdevPlaces& places);

/// Whether a process of this name belongs to udevd.
bool is_udevd(std::string_view command);

/// What decides whether a node is the one that udevd locks.
struct NodeFacts {
    bool udevd_runs = false;  ///< as far as /run/udev shows
    /// It lies on the kernel's own /dev, which exists once, wherever it is mounted.
    bool on_devtmpfs = false;
    /// Whether the processes of udevd have the same node below their root; empty if none is seen.
    std::optional<bool> seen_by_udevd = {};
};

/// A lock belongs to an inode. With a /dev of our own, such as a container has, the node with the
/// name and the number of udevd's node is another inode: its locks do not show those of udevd, and
/// do not keep udevd away. Without a udevd, the processes of a mount namespace use the same node. A
/// pure function.
bool is_node_of_udevd(const NodeFacts& facts);

/// Whether locks on these nodes, and watches of them, show what udevd does. Blocks as long as /proc
/// and the file system of the nodes do.
bool are_nodes_of_udevd(const std::vector<std::filesystem::path>& nodes,
                        const UdevPlaces& places = {});

/// Why a lock on `node` says nothing about udevd, with the remedy; empty if it does.
std::string problem_with_node(const std::filesystem::path& node, const UdevPlaces& places = {});

}  // namespace loopingcall::device::detail
