#include "udev_node.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <loopingcall/device/printable.hpp>

#include "device/kernel/kernel_tables.hpp"
#include "device/kernel/proc_directory.hpp"

namespace loopingcall::device::detail {

namespace {

using Path = std::filesystem::path;

/// The name of the node leads through the mounts of this namespace: so the table has the mount that
/// the node is on, even if only this node is mounted.
bool is_on_devtmpfs(const struct stat& node, const std::vector<Mount>& mounts) {
    return std::any_of(mounts.begin(), mounts.end(), [&](const Mount& one) {
        return one.type == "devtmpfs" && one.device == node.st_dev;
    });
}

/// Each process may give itself this name: so one of another user proves nothing.
bool is_trusted(const Path& process) {
    struct stat status {};
    return ::stat(process.c_str(), &status) == 0 &&
           (status.st_uid == 0 || status.st_uid == ::geteuid());
}

/// What each of its processes sees as /dev.
std::vector<Path> folders_of_udevd(const Path& proc) {
    std::vector<Path> folders;
    ProcDirectory processes(AT_FDCWD, proc.c_str());
    while (const auto pid = processes.is_open() ? processes.next_number() : std::nullopt) {
        const Path process = proc / std::to_string(*pid);
        if (!is_udevd(first_line_of(process / "comm")) || !is_trusted(process)) continue;
        folders.push_back(process / "root" / "dev");
    }
    return folders;
}

/// If there are several, each of them may process the events of the disk.
std::optional<bool> is_seen_in(const std::vector<Path>& folders, const struct stat& node,
                               const Path& name) {
    std::optional<bool> is_same;
    for (const Path& folder : folders) {
        struct stat theirs {};
        if (::lstat((folder / name).c_str(), &theirs) != 0) continue;
        is_same =
            is_same.value_or(true) && theirs.st_dev == node.st_dev && theirs.st_ino == node.st_ino;
    }
    return is_same;
}

}  // namespace

bool is_udevd_there(const UdevPlaces& places) {
    return ::access((places.run / "control").c_str(), F_OK) == 0;
}

bool is_udevd(std::string_view command) {
    constexpr std::array<std::string_view, 4> names{"(udev-worker)", "(udev-synth)",
                                                    "systemd-udevd", "udevd"};
    return std::find(names.begin(), names.end(), command) != names.end();
}

bool is_node_of_udevd(const NodeFacts& facts) {
    return !facts.udevd_runs || facts.on_devtmpfs || facts.seen_by_udevd.value_or(false);
}

bool are_nodes_of_udevd(const std::vector<Path>& nodes, const UdevPlaces& places) {
    NodeFacts facts{.udevd_runs = is_udevd_there(places)};
    if (!facts.udevd_runs) return true;
    const Path table = places.proc / "self" / "mountinfo";
    const auto mounts = parse_mountinfo(read_proc_file(AT_FDCWD, table.c_str()));
    std::optional<std::vector<Path>> folders;  // found once, and only if they are needed
    return std::all_of(nodes.begin(), nodes.end(), [&](const Path& node) {
        struct stat status {};
        if (::stat(node.c_str(), &status) != 0) return true;  // it has no lock, and no watch
        facts.on_devtmpfs = is_on_devtmpfs(status, mounts);
        if (facts.on_devtmpfs) return true;
        if (!folders) folders = folders_of_udevd(places.proc);
        facts.seen_by_udevd = is_seen_in(*folders, status, node.lexically_relative(places.dev));
        return is_node_of_udevd(facts);
    });
}

std::string problem_with_node(const Path& node, const UdevPlaces& places) {
    if (are_nodes_of_udevd({node}, places)) return {};
    return printable(node.native()) +
           " is not the node that systemd-udevd locks, which uses another /dev; mount that one "
           "here, or exclude udev by check_device_udev = false";
}

}  // namespace loopingcall::device::detail
