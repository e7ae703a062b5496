#pragma once

#include <vector>

#include "device/evidence/evidence.hpp"
#include "device/kernel/kernel_view.hpp"
#include "device/scan/process_scan.hpp"

namespace loopingcall::device::detail {

/// Who else uses the file systems of a device.
struct HiddenUse {
    std::vector<Claim> claims = {};
    /// How files on them are known, as far as it is not known yet.
    std::vector<UsedFileSystem> file_systems = {};
};

/// Looks for file systems on a device that no table of this mount namespace shows: those of other
/// mount namespaces, with a process that is in there, and those that are mounted nowhere any more.
/// Reads the tables of all mount namespaces: only for a device that is known to be in use.
HiddenUse find_hidden_use(const std::vector<UsedFileSystem>& on_device, const KernelView& view);

/// Adds the claims of `hidden` to the answers. They explain why an exclusive open was refused;
/// an answer that stays unexplained lists what was checked.
/// @param has_claim  whether a claim is known already, which explains it.
void name_hidden_use(std::vector<Answer>& answers, const HiddenUse& hidden, bool has_claim);

}  // namespace loopingcall::device::detail
