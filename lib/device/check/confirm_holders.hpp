#pragma once

#include <loopingcall/device/report.hpp>

#include "device/scan/process_scan.hpp"

namespace loopingcall::device::detail {

/// Compares what a program says with what our own scan found of the processes that it names.
///
/// A process that our scan has seen to use the device only in ways that do not count is not a
/// holder: fuser and lsof name one whose descriptor is of O_PATH, and those that hold a lock for
/// us. Any other stays, even if our scan does not find it: it may have ended, or use the device in
/// a way that our scan does not know. A pure function.
///
/// @param scan  of the device alone.
void confirm_holders(Report& probe, const ProcessScan& scan);

}  // namespace loopingcall::device::detail
