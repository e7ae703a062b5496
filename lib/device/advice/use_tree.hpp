#pragma once

#include <sys/types.h>
#include <loopingcall/device/report.hpp>
#include <optional>
#include <vector>

#include "device/claims/loop_devices.hpp"
#include "device/kernel/identity.hpp"
#include "device/kernel/kernel_view.hpp"

namespace loopingcall::device::detail {

/// All that uses a device or file, and all that uses that. For a person who reads it, and to find
/// the first obstacle; the state of the device never depends on it.
///
/// Blocks as long as the file systems that are mounted from the device do. Missing rights
/// throw nothing: what cannot be read is left out. What the report shows is in the tree in any
/// case.
/// @param root     of a partition, the tree begins with its disk.
/// @param ignored  processes that do not count.
Use read_use_tree(const Identity& root, const Report& report, const std::vector<pid_t>& ignored,
                  LoopCache& loops, const KernelView& view = {});

/// Adds the holders and claims of a report that the tree does not show. A pure function.
void merge_report(Use& root, const Report& report);

/// The name of what device-mapper or md made, and what made it, as `dm/uuid` says: "lvm" for
/// "LVM-...". A pure function.
std::string maker_of(const std::string& kernel_name, const std::string& dm_uuid);

}  // namespace loopingcall::device::detail
