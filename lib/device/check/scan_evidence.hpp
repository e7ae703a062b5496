#pragma once

#include "device/evidence/evidence.hpp"
#include "device/rights/rights.hpp"
#include "device/scan/process_scan.hpp"

namespace loopingcall::device::detail {

/// "1234 (flock) holds its lock for this program, ..."
std::string in_words(const std::vector<PassedOver>& passed_over);

/// What a scan of /proc says of one device, source by source. A pure function.
/// @param scan    that of one target: what it found is `scan.targets.front()`.
/// @param rights  those that it was made with.
void add_scan(EvidenceTable& table, const ProcessScan& scan, const Rights& rights);

}  // namespace loopingcall::device::detail
