#include <algorithm>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "device/claims/file_systems.hpp"
#include "device/kernel/named_file.hpp"
#include "use_tree_reader.hpp"

namespace loopingcall::device::detail {

namespace {

bool is_btrfs_of(const Mount& mount, dev_t number) {
    if (mount.type != "btrfs" || !mount.source.starts_with("/dev/")) return false;
    const auto found = find_named(mount.source, {});
    return found && found->is_block_device && found->number == number;
}

bool has_other_mount(const Use& use) {
    return std::any_of(use.uses.begin(), use.uses.end(),
                       [](const Use& one) { return one.seen_by != 0; });
}

Use describe_mount(const Mount& mount, const MountNamespace& table) {
    return {
        .kind = UseKind::mount, .name = mount.point, .detail = mount.type, .seen_by = table.pid};
}

}  // namespace

/// Mounts of other namespaces only where this one has no mount of that name: many services have
/// copies of them all.
void UseTreeReader::add_mounts(Use& use, dev_t number) {
    std::set<std::string> points;
    for (const MountNamespace& table : tables_) {
        std::vector<const Mount*> its;
        for (const Mount& mount : table.mounts) {
            if (mount.device == number || is_btrfs_of(mount, number)) its.push_back(&mount);
        }
        for (const Mount* const mount : outermost(its)) {
            if (points.insert(mount->point).second) use.uses.push_back(build_mount(*mount, table));
        }
    }
}

/// A directory that is a mount point, or an image that is mounted without a loop device.
void UseTreeReader::add_mounts_of_file(Use& use, const Identity& file,
                                       const MountNamespace& table) {
    const Mount* point = nullptr;
    for (const Mount& mount : table.mounts) {
        const bool is_here = table.pid == 0 && mount.point == file.path;
        if (is_here) point = &mount;
        const bool is_image = mount.type == "erofs" && !mount.source.starts_with("/dev/");
        const auto source = is_image ? find_named(mount.source, file.path) : std::nullopt;
        if (source && is_same_object(*source, file)) {
            use.uses.push_back(build_mount(mount, table));
        }
    }
    if (point == nullptr) return;
    use.kind = UseKind::mount;
    use.detail = point->type;
    add_mounts_below(use, *point, table);
    add_uses_of_one(use, *point, table);
}

void UseTreeReader::add_file_systems(Use& use, const Identity& part) {
    const std::vector<Mount>& mounts = tables_.front().mounts;
    UsedFileSystem used;
    for (const Claim& claim : file_systems_over(part, mounts, view_, used).claims) {
        const bool is_mount = claim.kind == ClaimKind::mount;
        const bool is_known = std::any_of(use.uses.begin(), use.uses.end(),
                                          [&](const Use& one) { return one.name == claim.detail; });
        if (is_known) continue;
        const auto mount = std::find_if(mounts.begin(), mounts.end(), [&](const Mount& one) {
            return one.point == claim.detail;
        });
        if (is_mount && mount != mounts.end()) {
            use.uses.push_back(build_mount(*mount, tables_.front()));
        } else if (!is_mount && !has_other_mount(use)) {
            use.uses.push_back({.kind = UseKind::stacked,
                                .name = claim.detail,
                                .maker = claim.detail.substr(0, claim.detail.find(' '))});
        }
    }
}

/// Processes still use a file system that is mounted nowhere, as long as they have a file of it
/// open.
void UseTreeReader::add_detached(Use& use, dev_t number) {
    wanted_.file_systems.insert(number);
    if (!attached_.insert(number).second) return;
    add_processes(use, processes_.of_file_systems[number], true);
}

/// A mount of a file system that has to go as a whole.
Use UseTreeReader::build_mount(const Mount& mount, const MountNamespace& table) {
    Use use = describe_mount(mount, table);
    if (mount.point == "/" && table.pid == 0) return use;  // all is below it
    add_mounts_below(use, mount, table);
    add_uses_of_mount(use, mount);
    add_uses_of_file_system(use, mount.device);
    return use;
}

/// What has to be unmounted before: the mounts over it and below it.
void UseTreeReader::add_mounts_below(Use& use, const Mount& upper, const MountNamespace& table) {
    for (const Mount& mount : table.mounts) {
        const bool covers = mount.point == upper.point && &mount > &upper;
        if (covers) use.uses.push_back(describe_mount(mount, table));
    }
    for (const NestedMount& nested : mounts_below(upper, table.mounts)) {
        use.uses.push_back(build_nested(nested, table));
    }
}

Use UseTreeReader::build_nested(const NestedMount& nested, const MountNamespace& table) {
    Use use = describe_mount(*nested.mount, table);
    for (const NestedMount& inner : nested.inner) use.uses.push_back(build_nested(inner, table));
    add_uses_of_one(use, *nested.mount, table);
    return use;
}

void UseTreeReader::add_uses_of_mount(Use& use, const Mount& mount) {
    wanted_.mounts.insert(mount.id);
    add_processes(use, processes_.of_mounts[mount.id], true);
}

/// The uses of a mount of which only this one has to go: if its file system is mounted elsewhere,
/// too, the uses there do not count.
void UseTreeReader::add_uses_of_one(Use& use, const Mount& mount, const MountNamespace& table) {
    add_uses_of_mount(use, mount);
    const auto is_of_it = [&](const Mount& one) { return one.device == mount.device; };
    if (std::count_if(table.mounts.begin(), table.mounts.end(), is_of_it) == 1) {
        return add_uses_of_file_system(use, mount.device);
    }
    const auto lies_on_it = [id = mount.id](const std::string& name) {
        const auto file = find_named(name, {});
        return file && file->mount == id;
    };
    add_loops_if(use, [&](const LoopDevice& loop) { return lies_on_it(loop.backing_name); });
    add_swaps_if(use, [&](const Swap& swap) { return swap.is_file && lies_on_it(swap.path); });
}

void UseTreeReader::add_uses_of_file_system(Use& use, dev_t number) {
    wanted_.file_systems.insert(number);
    if (!attached_.insert(number).second) return;
    add_loops_if(use, [&](const LoopDevice& loop) {
        return loop.backing && loop.backing->number == 0 && loop.backing->file_system == number;
    });
    add_swaps_if(use, [&](const Swap& swap) {
        const auto file = swap.is_file ? find_named(swap.path, {}) : std::nullopt;
        return file && file->file_system == number;
    });
    add_processes(use, processes_.of_file_systems[number], true);
}

}  // namespace loopingcall::device::detail
