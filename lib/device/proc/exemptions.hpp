#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <set>
#include <vector>

namespace loopingcall::device::detail {

/// Processes that are not inspected at all: the pid, and when that process began. Another process
/// that gets the pid later is inspected.
using IgnoredProcesses = std::map<pid_t, std::uint64_t>;

/// Those of the pids that are processes now.
IgnoredProcesses identify_ignored(const std::vector<pid_t>& pids);

/// The parent of this process, its parent, and so on. A descriptor of theirs that carries a BSD
/// lock does not count: `flock DEVICE diskwait DEVICE` holds the lock for this program. Does not
/// throw: those that cannot be found out are left out.
std::set<pid_t> find_ancestors();

}  // namespace loopingcall::device::detail
