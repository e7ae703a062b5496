#include "hidden_use.hpp"

#include <algorithm>
#include <iterator>
#include <system_error>
#include <utility>

#include "btrfs_files.hpp"
#include "device/kernel/block_device.hpp"
#include "device/kernel/named_file.hpp"
#include "device/proc/process_info.hpp"
#include "mount_namespaces.hpp"

namespace loopingcall::device::detail {

namespace {

bool leads_to(const std::string& name, const std::set<dev_t>& numbers) {
    if (!name.starts_with("/dev/")) return false;
    const auto found = find_named(name, {});
    return found && found->is_block_device && numbers.contains(found->number);
}

bool is_of(const Mount& mount, const UsedFileSystem& used) {
    if (used.devices.contains(mount.device)) return true;
    return mount.type == "btrfs" && leads_to(mount.source, used.members);
}

void look_into(const MountNamespace& other, const UsedFileSystem& used, HiddenUse& hidden,
               UsedFileSystem& more) {
    for (const Mount& mount : other.mounts) {
        if (!is_of(mount, used)) continue;
        more.mounts.insert(mount.id);
        hidden.claims.push_back({.kind = ClaimKind::mount,
                                 .detail = mount.point,
                                 .path = used.part.path,
                                 .part = used.role,
                                 .namespace_pid = other.pid,
                                 .namespace_command = name_of_process(other.pid)});
    }
}

/// The kernel shows some file systems as long as they exist, mounted or not.
void look_for_unmounted(const UsedFileSystem& used, const KernelView& view, HiddenUse& hidden) {
    const std::string name = name_of(used.part.number, view.sysfs);
    if (name.empty()) return;
    for (const char* const type : {"ext4", "xfs", "f2fs"}) {
        std::error_code error;
        if (!std::filesystem::exists(view.sysfs / "fs" / type / name, error)) continue;
        hidden.claims.push_back({.kind = ClaimKind::mount,
                                 .path = used.part.path,
                                 .part = std::string("the ") + type +
                                         " on it is mounted nowhere, but has not ended: unmounted "
                                         "lazily, or detached"});
    }
}

}  // namespace

HiddenUse find_hidden_use(const std::vector<UsedFileSystem>& on_device, const KernelView& view) {
    HiddenUse hidden;
    const MountNamespaces namespaces = read_mount_namespaces(view);
    for (const UsedFileSystem& used : on_device) {
        const std::size_t before = hidden.claims.size();
        UsedFileSystem more{.part = used.part};
        for (const MountNamespace& other : namespaces.others) {
            look_into(other, used, hidden, more);
        }
        if (hidden.claims.size() == before && used.mounts.empty()) {
            look_for_unmounted(used, view, hidden);
        }
        if (!used.btrfs.empty()) more.devices = numbers_of_btrfs(used.btrfs, view);
        if (!more.mounts.empty() || !more.devices.empty()) {
            hidden.file_systems.push_back(std::move(more));
        }
    }
    return hidden;
}

void name_hidden_use(std::vector<Answer>& answers, const HiddenUse& hidden, bool has_claim) {
    for (Answer& one : answers) {
        if (one.source != Source::exclusive_open || one.seen != Seen::somebody) continue;
        if (!hidden.claims.empty() || has_claim) {
            one.claims = hidden.claims;
            return;
        }
        for (Claim& claim : one.claims) {
            claim.detail =
                "looked at the mounts of all mount namespaces that have a process, swap, stacked "
                "and loop devices, and the files of all processes";
        }
    }
}

}  // namespace loopingcall::device::detail
