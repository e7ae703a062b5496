#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <loopingcall/device/report.hpp>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "device/kernel/kernel_tables.hpp"

namespace loopingcall::device::detail {

/// What processes are searched for.
struct WantedUses {
    std::set<dev_t> devices = {};         ///< block devices, by number
    std::set<std::uint64_t> mounts = {};  ///< by the id that mountinfo and statx(2) have
    /// As mountinfo numbers them: for what is on none of the mounts.
    std::set<dev_t> file_systems = {};
    std::set<std::pair<dev_t, ino_t>> files = {};
};

/// The processes that use each of these, by pid. A process may use several.
struct ProcessUses {
    std::map<dev_t, std::vector<Holder>> of_devices = {};
    std::map<std::uint64_t, std::vector<Holder>> of_mounts = {};
    std::map<dev_t, std::vector<Holder>> of_file_systems = {};
    std::map<std::pair<dev_t, ino_t>, std::vector<Holder>> of_files = {};
};

/// Inspects the descriptors, directories, programs and mappings of all processes but this one.
/// For a person to read: leaves out all that it cannot inspect. Blocks as long as /proc does.
ProcessUses find_process_uses(const WantedUses& wanted, const std::filesystem::path& proc);

/// The mounts of a mount namespace.
struct MountTable {
    pid_t seen_by = 0;  ///< a process in it; 0 if it is that of this process
    std::vector<Mount> mounts = {};
    std::vector<std::uint64_t> ids = {};  ///< of the mounts

    [[nodiscard]] std::uint64_t id_of(const Mount& mount) const {
        return ids.at(static_cast<std::size_t>(&mount - mounts.data()));
    }
};

/// Reads the text of mountinfo. A pure function.
MountTable parse_mount_table(pid_t seen_by, std::string_view mountinfo);

/// The mount namespaces of all processes, without that of this one.
std::vector<MountTable> other_mount_namespaces(const std::filesystem::path& proc);

}  // namespace loopingcall::device::detail
