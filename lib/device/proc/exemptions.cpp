#include "exemptions.hpp"

#include <unistd.h>

#include "process_info.hpp"

namespace loopingcall::device::detail {

IgnoredProcesses identify_ignored(const std::vector<pid_t>& pids) {
    IgnoredProcesses ignored;
    for (const pid_t pid : pids) {
        const std::uint64_t start_time = start_time_of(pid);
        if (start_time != 0) ignored.emplace(pid, start_time);
    }
    return ignored;
}

/// A parent is older than its child: one that is not has got the pid of one that has ended.
std::set<pid_t> find_ancestors() {
    std::set<pid_t> ancestors;
    Lineage child = lineage_of(::getpid());
    while (child.parent > 0 && !ancestors.contains(child.parent)) {
        const pid_t pid = child.parent;
        const Lineage parent = lineage_of(pid);
        if (parent.start_time == 0 || parent.start_time > child.start_time) break;
        ancestors.insert(pid);
        child = parent;
    }
    return ancestors;
}

}  // namespace loopingcall::device::detail
