#pragma once

#include <string>
#include <vector>

#include "device/evidence/evidence.hpp"
#include "device/kernel/identity.hpp"
#include "device/kernel/kernel_tables.hpp"
#include "device/kernel/kernel_view.hpp"
#include "device/scan/process_scan.hpp"

namespace loopingcall::device::detail {

/// File systems that use a block device without being mounted from it: btrfs with several devices,
/// external journals of ext4, external logs and realtime devices of xfs. Names their mount points
/// if they are among `mounts`, and what the device is to them.
/// @param used  gets the mounts of them that are among `mounts`.
Answer file_systems_over(const Identity& part, const std::vector<Mount>& mounts,
                         const KernelView& view, UsedFileSystem& used);

/// Whether a file system is active on a block device, in whatever mount namespace. Only some file
/// systems show themselves so: false proves nothing.
bool has_active_file_system(const std::string& device_name, const KernelView& view);

}  // namespace loopingcall::device::detail
