#pragma once

#include <sys/types.h>

#include <set>
#include <string>

#include "device/kernel/kernel_view.hpp"

namespace loopingcall::device::detail {

/// The numbers (st_dev) of the subvolumes of a btrfs that processes have open or are in: the kernel
/// makes them up, and shows them nowhere. Asks btrfs alone, by statfs(). Empty before Linux 6.10,
/// which does not distinguish its files from others.
/// @param uuid  as sysfs names it.
std::set<dev_t> numbers_of_btrfs(const std::string& uuid, const KernelView& view);

}  // namespace loopingcall::device::detail
