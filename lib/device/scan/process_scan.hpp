#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <filesystem>
#include <loopingcall/device/report.hpp>
#include <loopingcall/time.hpp>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "device/kernel/identity.hpp"
#include "device/proc/exemptions.hpp"
#include "device/rights/opener.hpp"

namespace loopingcall::device::detail {

/// A file system of which every use counts, in whatever way a process refers to it.
struct UsedFileSystem {
    Identity part = {};                   ///< what it is reported as: the device, or a mount point
    std::set<dev_t> devices = {};         ///< the numbers that its files have (st_dev)
    std::set<std::uint64_t> mounts = {};  ///< the mounts that its files are reached through
    std::set<dev_t> members = {};         ///< of a btrfs, all its devices
    std::string btrfs = {};               ///< of a btrfs, its UUID
    std::string role = {};                ///< what the device is to it: "journal of /dev/sda1"
};

/// What is searched for: a device or file, and the parts of it that count too.
struct ScanTarget {
    std::vector<Identity> parts = {};
    /// These count only if they are open for writing: the disk of a partition.
    std::vector<Identity> for_writing = {};
    std::vector<UsedFileSystem> file_systems = {};
};

/// Where a process may use a file, and where the scan searched.
enum class Place : unsigned char {
    descriptors,  ///< open descriptors, working and root directory, program
    mappings,     ///< what is mapped into memory
    threads,      ///< the same as `descriptors`, of threads with tables of their own
    io_uring,     ///< files that are registered with an io_uring
};
constexpr std::size_t number_of_places = 4;

/// A use that does not count.
struct PassedOver {
    pid_t pid = 0;
    /// In words, of the process: "holds its lock for this program".
    std::string why = {};
    /// The name of the process; empty if it has ended.
    std::string command = {};
};

/// Why a process was not inspected as a whole.
struct Gap {
    pid_t pid = 0;
    Place place = Place::descriptors;
    /// Whether the kernel, or a security module, refused it. Otherwise it hung, failed or was not
    /// clear.
    bool is_refusal = false;
    /// In words, of the process: "its memory map could not be read within 1250 ms".
    std::string why = {};
    /// The name of the process; empty if it has ended, and if it is a refusal.
    std::string command = {};
    /// Who it is, if an io_uring does not show its files.
    Opener opener = {};
};

/// What a scan found of one target.
struct TargetScan {
    /// The holders by the place where they were found, in the order of Place; by pid.
    std::array<std::vector<Holder>, number_of_places> holders = {};
    std::vector<PassedOver> passed_over = {};
    /// Those of the gaps that may hide a use of this target whatever else is known: an io_uring
    /// that does not show its files, of a process that may have opened it. Any user can make such a
    /// ring, and must not spoil the state of a device that only others can open.
    std::vector<Gap> rings = {};

    [[nodiscard]] const std::vector<Holder>& at(Place place) const {
        return holders.at(static_cast<std::size_t>(place));
    }
    [[nodiscard]] bool has_holder() const;
};

/// What a scan of /proc found.
struct ProcessScan {
    /// In the order of the targets.
    std::vector<TargetScan> targets = {};
    std::vector<Gap> gaps = {};
    /// Descriptors on their way through a socket: no process has them open, and the kernel does not
    /// show what they are of. Not counted if `is_shallow`.
    std::size_t in_flight = 0;
    /// Why nothing can be said: /proc is not there, or is not that of this process.
    std::string problem = {};
    /// Why a process may be out of sight altogether, and what to do about it; empty if none is.
    std::string blind_spot = {};
    /// Why the list of processes is not complete: they came and went faster than they could be
    /// inspected. Empty if it is.
    std::string turmoil = {};
    /// Processes that were left out, since the options say so.
    std::vector<pid_t> ignored = {};
    /// Whether mappings, threads, io_urings and sockets were left out, because descriptors showed a
    /// holder of each target.
    bool is_shallow = false;
};

/// What bounds a scan.
struct ScanLimits {
    /// Timeout. What is not inspected then is a gap.
    Duration whole = std::chrono::seconds{10};
    /// Set when no waiter is left for the answer: the scan stops then, in the middle of a process.
    std::shared_ptr<const std::atomic<bool>> abandoned = nullptr;

    /// How long a process may keep a thread waiting for one of its entries.
    [[nodiscard]] Duration patience() const { return whole / 8; }
};

/// Inspects all processes, for all targets together: open descriptors, current and root
/// directories and programs; and, unless that found a holder of each target, threads with tables
/// of their own, the files of io_urings and what is mapped into memory, without which nothing can
/// be called free. Then it reads the list of processes again until there is no new one, so that a
/// holder that forks and exits does not slip through.
///
/// Where there are many processes, up to four threads share them. A process that keeps a thread
/// waiting (its memory map is locked, a file of its io_uring lies on a dead file system) costs that
/// process alone: another thread goes on with the rest, the process is a gap, and it is not
/// inspected again while the thread hangs.
///
/// Devices are known by their number, so that another node of the same device is found too, and
/// files by their inode. What a file system would have to be asked for is not asked for, and
/// nothing is mounted by looking (statx, AT_STATX_DONT_SYNC, AT_NO_AUTOMOUNT).
ProcessScan scan_processes(const std::vector<ScanTarget>& targets, const IgnoredProcesses& ignored,
                           const ScanLimits& limits, const std::filesystem::path& proc = "/proc");

/// The same for these processes alone, of which another program says that they are holders.
ProcessScan scan_these(const std::vector<pid_t>& pids, const std::vector<ScanTarget>& targets,
                       const ScanLimits& limits, const std::filesystem::path& proc = "/proc");

}  // namespace loopingcall::device::detail
