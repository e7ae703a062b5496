#pragma once

#include <loopingcall/device/report.hpp>
#include <string>

#include "device/kernel/block_device.hpp"
#include "device/kernel/kernel_view.hpp"

namespace loopingcall::device::detail {

/// A device as a node of the tree, without its uses: name, kind, what made it or what it is made
/// of.
Use describe_device(const BlockDevice& device, const KernelView& view);

/// The name of what device-mapper or md made, and what made it, as `dm/uuid` says: "lvm" for
/// "LVM-...". A pure function.
std::string maker_of(const std::string& kernel_name, const std::string& dm_uuid);

}  // namespace loopingcall::device::detail
