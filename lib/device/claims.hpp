#pragma once

#include <filesystem>
#include <loopingcall/device/report.hpp>
#include <optional>
#include <vector>

#include "identity.hpp"

namespace loopingcall::device::detail {

/// Where the kernel shows what it does: other places in tests.
struct KernelView {
    std::filesystem::path sysfs = "/sys";
    std::filesystem::path proc = "/proc";
};

/// What the kernel shows of its use of a device and of its partitions: mounts of this mount
/// namespace, swaps, devices made of it, loop devices that it is the backing file of. Opens none.
/// Blocks as long as the file systems it asks do.
/// @param parts  the device, and those of its partitions that count.
std::vector<Claim> find_claims(const std::vector<Identity>& parts, const KernelView& view = {});

/// Whether the kernel refuses an exclusive opening, as mkfs and partitioning tools would ask for.
///
/// Finds a mount in another mount namespace, and a claim by a driver that shows itself nowhere. An
/// opening that succeeds is an event to all who watch the node; one that is refused is not. A claim
/// in progress makes it block.
std::optional<Claim> find_exclusive_claim(const Identity& part);

}  // namespace loopingcall::device::detail
