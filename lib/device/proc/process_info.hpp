#pragma once

#include <sys/types.h>

#include <cstdint>
#include <loopingcall/device/report.hpp>
#include <string>

namespace loopingcall::device::detail {

/// Fills in the identity of a holder, as far as it still exists.
///
/// From /proc and /etc/passwd alone: asking the name service could block on a network.
void identify(Holder& holder);

/// Where a process comes from; zeros if there is no such process.
struct Lineage {
    pid_t parent = 0;
    std::uint64_t start_time = 0;  ///< in clock ticks after boot
};
Lineage lineage_of(pid_t pid);

/// When a process began, in clock ticks after boot; 0 if there is no such process. A pid and
/// this name a process for good.
std::uint64_t start_time_of(pid_t pid);

/// As in /proc/PID/comm; empty if it has ended.
std::string name_of_process(pid_t pid);

/// Whether the process whose directory of /proc this is belongs to the kernel.
bool is_kernel_thread(int process_directory);

}  // namespace loopingcall::device::detail
