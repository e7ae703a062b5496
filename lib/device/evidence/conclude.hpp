#pragma once

#include <loopingcall/device/report.hpp>

#include "evidence.hpp"

namespace loopingcall::device::detail {

/// The state that a table of evidence proves, and the table itself in Report::evidence.
///
/// Busy if any source shows a use. Free only if every source that applies to the kind of object
/// has been inspected and shows none; those of weight `strict_only` are required only if
/// `strict`. Otherwise unknown, and the reason is that of the first source that is missing. A pure
/// function.
Report conclude(EvidenceTable table, bool strict);

}  // namespace loopingcall::device::detail
