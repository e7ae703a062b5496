#pragma once

#include <sys/types.h>

#include <filesystem>
#include <loopingcall/device/report.hpp>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "kernel_tables.hpp"

namespace loopingcall::device::detail {

/// What processes are searched for.
struct WantedUses {
    std::set<dev_t> devices = {};       ///< block devices, by number
    std::set<dev_t> file_systems = {};  ///< as stat(2) numbers them
    std::set<std::pair<dev_t, ino_t>> files = {};
};

/// The processes that use each of these, by pid. A process may use several.
struct ProcessUses {
    std::map<dev_t, std::vector<Holder>> of_devices = {};
    std::map<dev_t, std::vector<Holder>> of_file_systems = {};
    std::map<std::pair<dev_t, ino_t>, std::vector<Holder>> of_files = {};
};

/// Looks through the descriptors, directories, programs and mappings of all processes but this one.
/// For a person who reads it: what cannot be inspected is left out. Blocks as long as /proc does.
ProcessUses find_process_uses(const WantedUses& wanted, const std::filesystem::path& proc);

/// The mounts of another mount namespace, and a process in it.
struct OtherNamespace {
    pid_t seen_by = 0;
    std::vector<Mount> mounts = {};
};

/// The mount namespaces of all processes, without that of this one.
std::vector<OtherNamespace> other_mount_namespaces(const std::filesystem::path& proc);

}  // namespace loopingcall::device::detail
