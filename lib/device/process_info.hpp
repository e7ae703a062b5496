#pragma once

#include <loopingcall/device/report.hpp>

namespace loopingcall::device::detail {

/// Fills in who a holder is, as far as it still exists.
///
/// From /proc and /etc/passwd alone: asking the name service could block on a network.
void identify(Holder& holder);

}  // namespace loopingcall::device::detail
