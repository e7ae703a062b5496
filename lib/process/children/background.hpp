#pragma once

#include <functional>
#include <memory>

#include "family.hpp"
#include "process/launch/descriptor.hpp"
#include "process/launch/launch.hpp"

namespace loopingcall::process::detail {

// What outlives the execution context of a command. One thread in this process does it, which is
// there only as long as there is something to do, and takes no signal of the host's.

/// Reaps a child that has been killed, and what this process adopts of its group.
/// @param pidfd   of the child; may be closed.
/// @param launch  is destroyed once the child is out of it; may be null.
void reap_in_background(Family family, Descriptor pidfd, std::unique_ptr<Launch> launch) noexcept;

/// Reads an output to its end and drops what it reads.
void drain_in_background(Descriptor output) noexcept;

/// Does `work` on a thread of its own, which takes no signal of the host's.
/// @return false if there is no thread or no memory for it.
bool run_on_a_thread(std::function<void()> work) noexcept;

}  // namespace loopingcall::process::detail
