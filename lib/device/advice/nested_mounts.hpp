#pragma once

#include <vector>

#include "device/kernel/kernel_tables.hpp"

namespace loopingcall::device::detail {

/// The mounts that lie below none of the others, in their order. A pure function.
std::vector<const Mount*> outermost(const std::vector<const Mount*>& mounts);

/// A mount and the mounts below it.
struct NestedMount {
    const Mount* mount;
    std::vector<NestedMount> inner = {};
};

/// The mounts below `upper`, which have to be unmounted first. Limited in number and depth: a user
/// with a mount namespace may mount thousands below each other in it. A pure function.
std::vector<NestedMount> mounts_below(const Mount& upper, const std::vector<Mount>& mounts);

}  // namespace loopingcall::device::detail
