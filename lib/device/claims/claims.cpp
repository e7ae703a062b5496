#include "claims.hpp"

#include <sys/sysmacros.h>

#include <algorithm>
#include <iterator>
#include <loopingcall/device/printable.hpp>
#include <system_error>
#include <utility>

#include "device/kernel/block_device.hpp"
#include "device/kernel/named_file.hpp"

namespace loopingcall::device::detail {

namespace {

/// Those that are mounted straight from a regular file, without a loop device (Linux 6.12).
bool is_mounted_from_file(const Mount& mount) {
    return mount.type == "erofs" && major(mount.device) == 0;
}

bool leads_to(const std::string& name, const Identity& part) {
    const auto found = find_named(name, part.path);
    return found && is_same_object(*found, part);
}

}  // namespace

KernelTables::KernelTables(const KernelView& view, LoopCache& loops,
                           const std::function<bool()>& spares_loops)
    : view_(view),
      mountinfo_(read_table(view, "self/mountinfo")),
      mounts_(parse_mountinfo(mountinfo_.text)),
      loops_(read_loop_devices(view, loops, spares_loops)) {
    if (is_without(view, "swaps")) return;
    swap_table_ = read_table(view, "swaps");
    swaps_ = parse_swaps(swap_table_.text);
}

std::vector<Answer> KernelTables::ask(const Identity& part, std::vector<Unplaced>& unplaced,
                                      UsedFileSystem& used) const {
    used.part = part;
    if (part.is_block_device) used.devices.insert(part.number);
    std::vector<Answer> all{mounts_of(part, unplaced, used), swaps_of(part, unplaced),
                            loops_over(part)};
    if (part.is_block_device) {
        all.push_back(stacked_on(part));
        all.push_back(file_systems_over(part, mounts_, view_, used));
    }
    std::erase_if(all, [&](const Answer& answer) {
        return answer.seen == Seen::nobody &&
               std::any_of(unplaced.begin(), unplaced.end(),
                           [&](const Unplaced& one) { return one.source == answer.source; });
    });
    return all;
}

/// A mount is that of a device by its number; of btrfs, which has numbers of its own, by its
/// source; of a file by its source, too. Sources of block devices are in /dev.
Answer KernelTables::mounts_of(const Identity& part, std::vector<Unplaced>& unplaced,
                               UsedFileSystem& used) const {
    if (!mountinfo_.problem.empty()) return not_inspected(Source::mounts, mountinfo_.problem);
    std::vector<Claim> claims;
    for (const Mount& mount : mounts_) {
        const bool from_file = is_mounted_from_file(mount);
        if (!part.is_block_device) {
            if (!from_file) continue;
            Unplaced image{
                .source = Source::mounts,
                .what = "the " + mount.type + " image mounted on " + printable(mount.point)};
            if (leads_to(mount.source, part)) {
                image.claim = {ClaimKind::mount, mount.point, part.path};
            }
            unplaced.push_back(std::move(image));
            continue;
        }
        const bool by_source = mount.source.starts_with("/dev/") && leads_to(mount.source, part);
        if (mount.device == part.number || by_source) {
            claims.push_back({ClaimKind::mount, mount.point, part.path});
            used.mounts.insert(mount.id);
        }
    }
    if (part.is_block_device) {
        for (const BlockDevice& stacked : holders_of(part.number, view_.sysfs)) {
            add_mounts_of(part, stacked, claims, used);
        }
    }
    return answer(Source::mounts, std::move(claims));
}

void KernelTables::add_mounts_of(const Identity& part, const BlockDevice& stacked,
                                 std::vector<Claim>& claims, UsedFileSystem& used) const {
    used.devices.insert(stacked.number);
    for (const Mount& mount : mounts_) {
        if (mount.device == stacked.number) {
            claims.push_back({ClaimKind::mount, mount.point, part.path});
        }
    }
}

Answer KernelTables::swaps_of(const Identity& part, std::vector<Unplaced>& unplaced) const {
    if (!swap_table_.problem.empty()) return not_inspected(Source::swaps, swap_table_.problem);
    std::vector<Claim> claims;
    for (const Swap& swap : swaps_) {
        if (leads_to(swap.path, part)) {
            claims.push_back({ClaimKind::swap, swap.path, part.path});
        } else if (swap.is_file && !part.is_block_device) {
            unplaced.push_back(
                {.source = Source::swaps, .what = "the swap file " + printable(swap.path)});
        }
    }
    return answer(Source::swaps, std::move(claims));
}

Answer KernelTables::stacked_on(const Identity& part) const {
    if (!shows_holders(part.number, view_.sysfs)) {
        return not_inspected(Source::stacked_devices,
                             "the devices stacked on " + printable(part.path.native()) +
                                 " are not shown in " + printable(view_.sysfs.native()) +
                                 "; mount sysfs there");
    }
    std::vector<Claim> claims;
    for (const BlockDevice& stacked : holders_of(part.number, view_.sysfs)) {
        claims.push_back({ClaimKind::holder, full_name(stacked, view_.sysfs), part.path});
    }
    return answer(Source::stacked_devices, std::move(claims));
}

/// A loop device without a backing and without a problem has its file on a file system that does
/// not answer: so it is not on that of `part`, which has answered just now.
Answer KernelTables::loops_over(const Identity& part) const {
    if (!loops_.problem.empty()) return not_inspected(Source::loop_devices, loops_.problem);
    if (loops_.is_spared) return nobody(Source::loop_devices);
    std::vector<Claim> claims;
    std::string problem;
    for (const LoopDevice& loop : loops_.devices) {
        const bool by_name = !loop.backing && leads_to(loop.backing_name, part);
        if (by_name || (loop.backing && loop.backing->is(part))) {
            claims.push_back({ClaimKind::loop, loop.node, part.path});
        } else if (problem.empty()) {
            problem = loop.problem;
        }
    }
    Answer loops = answer(Source::loop_devices, std::move(claims));
    if (loops.seen == Seen::nobody && !problem.empty()) {
        return not_inspected(Source::loop_devices, problem);
    }
    return loops;
}

}  // namespace loopingcall::device::detail
