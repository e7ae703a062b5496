#pragma once

#include <cstdint>
#include <set>
#include <vector>

#include "device/claims/loop_devices.hpp"
#include "device/evidence/evidence.hpp"
#include "device/kernel/identity.hpp"
#include "device/kernel/kernel_view.hpp"
#include "mount_namespaces.hpp"

namespace loopingcall::device::detail {

/// What the kernel's tables say of a mount: an answer of each of the sources mounts, swaps and
/// loop_devices. Mounts below it, overlays of its directories, swap files on it, and files on it
/// that are behind loop devices are uses.
std::vector<Answer> ask_about_mount(const Identity& mount, const KernelView& view,
                                    LoopCache& loops);

/// The mounts that umount(2) would remove, and refuses to if one of them is in use: the mount
/// itself, and its copies at the same place of a mount, in any mount namespace, that receives the
/// mounts of its parent. A copy that receives nothing is not removed, and not among them; nor is
/// one with a mount below it, which umount leaves alone.
std::set<std::uint64_t> mounts_removed_with(const Identity& mount, const KernelView& view);

/// The same, of tables that have been read.
std::set<std::uint64_t> mounts_removed_with(std::uint64_t mount, const std::vector<Mount>& own,
                                            const std::vector<MountNamespace>& others);

}  // namespace loopingcall::device::detail
