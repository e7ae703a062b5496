#pragma once

#include <atomic>
#include <filesystem>
#include <loopingcall/device/report.hpp>
#include <set>
#include <string>
#include <vector>

#include "identity.hpp"

namespace loopingcall::device::detail {

/// What is looked for: a device or file, and the parts of it that count too.
struct ScanTarget {
    std::vector<Identity> parts = {};
    /// These count only if they are open for writing: the disk of a partition.
    std::vector<Identity> for_writing = {};
};

/// What a scan of /proc found.
struct ProcessScan {
    /// The holders of each target, in the order of the targets.
    std::vector<std::vector<Holder>> holders = {};
    /// Processes that could not be looked into.
    std::set<pid_t> uninspected = {};
    /// Descriptors on their way through a socket, which nobody has open and nobody can see. Not
    /// counted if somebody was found without.
    std::size_t in_flight = 0;
    /// Why nothing can be said: /proc is not there, or is not that of this process.
    std::string problem = {};
    /// Why a process may be out of sight altogether, and what to do about it; empty if none is.
    std::string blind_spot = {};
    /// Whether mappings, threads and sockets were left out, because descriptors showed a holder of
    /// each target.
    bool is_shallow = false;
};

/// Looks through all processes, for all targets together: at open descriptors, current and root
/// directories and programs; and, unless that found somebody for each target, at what is mapped
/// into memory and at threads with tables of their own, without which nothing can be called free.
///
/// Where there are many processes, up to four threads share them.
///
/// Devices are known by their number, so that another node of the same device is found too, and
/// files by their inode. What a file system would have to be asked for is not asked for, and
/// nothing is mounted by looking (statx, AT_STATX_DONT_SYNC, AT_NO_AUTOMOUNT), so that a dead one
/// holds nothing up. Blocks nevertheless if the kernel does.
///
/// @param abandoned  set by who does not wait for the answer any more.
ProcessScan scan_processes(const std::vector<ScanTarget>& targets,
                           const std::atomic<bool>& abandoned,
                           const std::filesystem::path& proc = "/proc");

}  // namespace loopingcall::device::detail
