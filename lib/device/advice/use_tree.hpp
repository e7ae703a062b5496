#pragma once

#include <sys/types.h>
#include <loopingcall/device/report.hpp>
#include <optional>
#include <vector>

#include "device/claims/loop_devices.hpp"
#include "device/kernel/identity.hpp"
#include "device/kernel/kernel_view.hpp"

namespace loopingcall::device::detail {

/// All that uses a device or file, and all that uses that. For a person to read, and to find
/// the first obstacle; the state of the device never depends on it.
///
/// Blocks as long as the file systems that are mounted from the device do. Missing rights
/// throw nothing: the tree lacks what they hide. It always has what the report shows.
/// @param root     of a partition, the tree begins with its disk.
/// @param ignored  processes that do not count.
Use read_use_tree(const Identity& root, const Report& report, const std::vector<pid_t>& ignored,
                  LoopCache& loops, const KernelView& view = {});

/// Adds the holders and claims of a report that the tree does not show. A pure function.
void merge_report(Use& root, const Report& report);

}  // namespace loopingcall::device::detail
