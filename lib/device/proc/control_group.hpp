#pragma once

#include <string>
#include <string_view>

namespace loopingcall::device::detail {

/// What has started a process, as far as its control group shows it.
struct ManagedBy {
    std::string unit = {};       ///< of systemd: "ceph-osd@3.service"; empty in a container
    std::string container = {};  ///< "docker 4f5a1b2c3d4e"
};

/// Reads /proc/PID/cgroup (cgroups(7)). Of a user's service manager, the unit of the user is given.
/// A pure function.
ManagedBy managers_of(std::string_view cgroup);

}  // namespace loopingcall::device::detail
