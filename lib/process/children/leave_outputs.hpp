#pragma once

#include <vector>

namespace loopingcall::process::detail {

/// Forks a process that reads these pipes to their ends and drops what it reads. It has a session
/// of its own, no other descriptor of ours, and /dev/null as its standard streams.
/// @return whether it was started.
bool leave_to_a_process(std::vector<int> outputs);

}  // namespace loopingcall::process::detail
