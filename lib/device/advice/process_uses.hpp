#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <loopingcall/device/report.hpp>
#include <map>
#include <set>
#include <vector>

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

}  // namespace loopingcall::device::detail
