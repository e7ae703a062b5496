#include "mount_namespaces.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdint>
#include <set>
#include <string>
#include <tuple>
#include <utility>

#include "device/kernel/proc_directory.hpp"
#include "device/proc/thread_tables.hpp"

namespace loopingcall::device::detail {

namespace {

/// What a table of mounts depends on: its namespace, and the root that it is seen from.
struct Viewpoint {
    ino_t space = 0;
    std::uint64_t root_mount = 0;
    ino_t root = 0;

    bool operator<(const Viewpoint& other) const {
        return std::tie(space, root_mount, root) <
               std::tie(other.space, other.root_mount, other.root);
    }
};

/// @return an errno, or 0.
int find_viewpoint(int processes, const std::string& process, Viewpoint& found) {
    struct stat space {};
    if (::fstatat(processes, (process + "/ns/mnt").c_str(), &space, 0) != 0) return errno;
    struct statx root {};
    if (const int error = look_at(processes, (process + "/root").c_str(), root); error != 0) {
        return error;
    }
    found = {space.st_ino, mount_of(root).value_or(0), root.stx_ino};
    return 0;
}

}  // namespace

MountNamespaces read_mount_namespaces(const KernelView& view) {
    MountNamespaces found;
    ProcDirectory processes(AT_FDCWD, view.proc.c_str());
    if (!processes.is_open()) return found;
    std::set<Viewpoint> known;
    std::set<std::uint64_t> mounts;
    if (Viewpoint own; find_viewpoint(processes.descriptor(), "self", own) == 0) {
        known.insert(own);
        const ProcText text = read_text(processes.descriptor(), "self/mountinfo");
        for (const Mount& mount : parse_mountinfo(text.text)) mounts.insert(mount.id);
    }
    while (const auto pid = processes.next_number()) {
        for (const std::string& directory : directories_of_threads(processes.descriptor(), *pid)) {
            Viewpoint viewpoint;
            if (const int error = find_viewpoint(processes.descriptor(), directory, viewpoint)) {
                if (error != ENOENT && error != ESRCH) ++found.refused;
                continue;
            }
            if (known.contains(viewpoint)) continue;
            const ProcText text =
                read_text(processes.descriptor(), (directory + "/mountinfo").c_str());
            if (text.text.empty()) continue;  // it has ended meanwhile: another one may show it
            known.insert(viewpoint);
            MountNamespace seen{.pid = *pid};
            for (Mount& mount : parse_mountinfo(text.text)) {
                if (mounts.insert(mount.id).second) seen.mounts.push_back(std::move(mount));
            }
            if (!seen.mounts.empty()) found.others.push_back(std::move(seen));
        }
    }
    return found;
}

}  // namespace loopingcall::device::detail
