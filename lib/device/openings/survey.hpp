#pragma once

#include <filesystem>
#include <optional>
#include <vector>

#include "device/claims/claims.hpp"
#include "device/evidence/evidence.hpp"
#include "device/kernel/identity.hpp"
#include "device/scan/process_scan.hpp"

namespace loopingcall::device::detail {

/// What is to be known of a device before any process is inspected.
struct Survey {
    Identified device = {};
    ObjectKind kind = ObjectKind::other;
    /// Its partitions, if it is a disk.
    std::vector<Identity> partitions = {};
    /// Its disk, if it is a partition.
    std::optional<Identity> whole_disk = {};
    /// What the kernel's tables say.
    std::vector<Answer> answers = {};
    /// What they show, and only the file itself can answer.
    std::vector<Unplaced> unplaced = {};
    /// File systems whose users are to be found: that of a mount point, and those on a device.
    std::vector<UsedFileSystem> file_systems = {};
    /// Whether a partition is claimed; found out only if partitions do not count.
    bool partition_is_claimed = false;
};

/// What of it is wanted.
struct SurveyOptions {
    bool claims = true;
    bool partitions = true;  ///< whether those of the partitions, too
};

/// Looks at a device. Blocks as long as the file systems and the device do.
/// @param loops  what is known of loop devices from former surveys.
Survey survey_device(const std::filesystem::path& device, const SurveyOptions& options,
                     LoopCache& loops, const KernelView& view = {});

}  // namespace loopingcall::device::detail
