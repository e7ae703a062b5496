#pragma once

#include <loopingcall/device/report.hpp>
#include <optional>

#include "process_scan.hpp"

namespace loopingcall::device::detail {

/// All that one check has found out.
struct Evidence {
    /// What the probe said: its holders, or why it said nothing.
    Report probe = {};
    std::vector<Claim> claims = {};
    /// Our own scan, which is made when nobody was found so far.
    std::optional<ProcessScan> scan = {};
    /// Whether the probe, or we, may look into all processes.
    bool as_root = true;
};

/// The verdict: busy if anybody is known to use it; free only if nobody does, and everybody could
/// be looked at, or as much of everybody as root can; otherwise unknown, with what to do about it.
/// A pure function.
Report conclude(Evidence evidence, bool strict);

}  // namespace loopingcall::device::detail
