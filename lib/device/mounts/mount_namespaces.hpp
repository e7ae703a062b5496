#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "device/kernel/kernel_tables.hpp"
#include "device/kernel/kernel_view.hpp"

namespace loopingcall::device::detail {

/// The mounts that a process sees, and that are in no table before: what is not below the root of a
/// process is not shown to it.
struct MountNamespace {
    pid_t pid = 0;
    std::vector<Mount> mounts = {};
};

struct MountNamespaces {
    std::vector<MountNamespace> others = {};  ///< without what this process sees
    /// How many processes have one that could not be read.
    std::size_t refused = 0;
};

/// The mounts of all processes and of their threads: each namespace is read once from each root
/// directory that one of them has in it. One without a process is not found.
MountNamespaces read_mount_namespaces(const KernelView& view);

}  // namespace loopingcall::device::detail
