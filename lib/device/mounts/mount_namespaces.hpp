#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "device/kernel/kernel_tables.hpp"
#include "device/kernel/kernel_view.hpp"

namespace loopingcall::device::detail {

/// A mount namespace, as one of its processes sees it: what is not below the root of that process
/// is not shown.
struct MountNamespace {
    pid_t pid = 0;
    std::vector<Mount> mounts = {};
};

struct MountNamespaces {
    std::vector<MountNamespace> others = {};  ///< without that of this process
    /// How many processes have one that could not be read.
    std::size_t refused = 0;
};

/// The mount namespaces of all processes and of their threads, each read once. One without a
/// process is not found.
MountNamespaces read_mount_namespaces(const KernelView& view);

}  // namespace loopingcall::device::detail
