#pragma once

#include <filesystem>
#include <vector>

#include "evidence.hpp"
#include "identity.hpp"

namespace loopingcall::device::detail {

/// Where the kernel shows what it does: other places in tests.
struct KernelView {
    std::filesystem::path sysfs = "/sys";
    std::filesystem::path proc = "/proc";
};

/// What the kernel's tables say of a device and its partitions: an answer of each of the sources
/// mounts, swaps, stacked_devices and loop_devices. Blocks as long as the file systems it asks do.
/// @param parts  the device, and those of its partitions that count.
std::vector<Answer> find_claims(const std::vector<Identity>& parts, const KernelView& view = {});

/// Whether the kernel refuses an exclusive opening, as mkfs and partitioning tools would ask for:
/// the answer of the source exclusive_open.
///
/// Finds a mount in another mount namespace, and a claim by a driver that shows itself nowhere. An
/// opening that succeeds is an event to all who watch the node; one that is refused is not. A claim
/// in progress makes it block.
Answer open_exclusively(const Identity& part);

}  // namespace loopingcall::device::detail
