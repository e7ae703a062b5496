#pragma once

#include <filesystem>
#include <loopingcall/device/report.hpp>
#include <vector>

#include "claims.hpp"
#include "identity.hpp"

namespace loopingcall::device::detail {

/// What is to be known of a device before anybody is asked about it.
struct Survey {
    Identified device = {};
    /// Its partitions, if it is a disk.
    std::vector<Identity> partitions = {};
    std::vector<Claim> claims = {};
};

/// What of it is wanted.
struct SurveyOptions {
    bool claims = true;
    bool partitions = true;  ///< whether those of the partitions, too
};

/// Looks at a device. Blocks as long as the file systems and the device do.
Survey survey_device(const std::filesystem::path& device, const SurveyOptions& options,
                     const KernelView& view = {});

}  // namespace loopingcall::device::detail
