#include "mount_users.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <cstddef>
#include <loopingcall/device/printable.hpp>
#include <optional>
#include <string_view>
#include <utility>

#include "device/kernel/named_file.hpp"

namespace loopingcall::device::detail {

namespace {

const Mount* find(const std::vector<Mount>& mounts, std::uint64_t id) {
    const auto found =
        std::find_if(mounts.begin(), mounts.end(), [&](const Mount& one) { return one.id == id; });
    return found == mounts.end() ? nullptr : &*found;
}

/// Whether a name leads to something that is reached through this mount.
bool lies_on(const std::string& name, const Identity& mount) {
    const auto found = find_named(name, {});
    return found && found->mount == mount.mount;
}

/// Paths in the options of an overlay are separated by colons; those that begin with two are for
/// data alone.
bool has_directory_on(std::string_view paths, const Identity& mount) {
    while (!paths.empty()) {
        const std::size_t end = std::min(paths.find(':'), paths.size());
        if (end > 0 && lies_on(std::string(paths.substr(0, end)), mount)) return true;
        paths.remove_prefix(std::min(end + 1, paths.size()));
    }
    return false;
}

/// Umount does not fail because of an overlay, which has a mount of its own for each directory; but
/// the file system is in use.
std::vector<Claim> overlays_of(const Identity& mount, const std::vector<Mount>& mounts) {
    static constexpr std::pair<const char*, const char*> options[] = {
        {"lowerdir", "lower directory of the overlay"},
        {"lowerdir+", "lower directory of the overlay"},
        {"datadir+", "data directory of the overlay"},
        {"upperdir", "upper directory of the overlay"},
        {"workdir", "work directory of the overlay"}};
    std::vector<Claim> claims;
    for (const Mount& one : mounts) {
        if (one.type != "overlay" || one.id == mount.mount) continue;
        for (const auto& [option, part] : options) {
            const auto paths = option_of(one, option);
            if (!paths || !has_directory_on(*paths, mount)) continue;
            claims.push_back({ClaimKind::mount, one.point, mount.path, part});
            break;
        }
    }
    return claims;
}

Answer mounts_on(const Identity& mount, const KernelText& table, const std::vector<Mount>& mounts) {
    if (!table.problem.empty()) return not_inspected(Source::mounts, table.problem);
    std::vector<Claim> claims;
    for (const Mount& one : mounts) {
        if (one.parent != mount.mount || one.id == mount.mount) continue;
        claims.push_back({ClaimKind::mount, one.point, mount.path});
    }
    for (Claim& overlay : overlays_of(mount, mounts)) claims.push_back(std::move(overlay));
    return answer(Source::mounts, std::move(claims));
}

Answer swaps_on(const Identity& mount, const KernelView& view) {
    if (is_without(view, "swaps")) return nobody(Source::swaps);
    const KernelText table = read_table(view, "swaps");
    if (!table.problem.empty()) return not_inspected(Source::swaps, table.problem);
    std::vector<Claim> claims;
    for (const Swap& swap : parse_swaps(table.text)) {
        if (!lies_on(swap.path, mount)) continue;
        claims.push_back({ClaimKind::swap, swap.path, mount.path, "has the swap file"});
    }
    return answer(Source::swaps, std::move(claims));
}

/// The name of the file is that of this mount namespace; if it leads nowhere, its file system is
/// known still, and is that of no other mount here.
Answer loops_on(const Identity& mount, const std::vector<Mount>& mounts, const KernelView& view,
                LoopCache& loops) {
    const LoopTable table = read_loop_devices(view, loops);
    if (!table.problem.empty()) return not_inspected(Source::loop_devices, table.problem);
    const Mount* const own = find(mounts, mount.mount);
    const auto is_same = [&](const Mount& one) { return own && one.device == own->device; };
    const bool is_only = std::count_if(mounts.begin(), mounts.end(), is_same) == 1;
    std::vector<Claim> claims;
    std::string problem;
    for (const LoopDevice& loop : table.devices) {
        const bool is_here = loop.backing && loop.backing->number == 0 && is_only &&
                             loop.backing->file_system == mount.file_system;
        if (is_here || lies_on(loop.backing_name, mount)) {
            claims.push_back({ClaimKind::loop, loop.node, mount.path, "has"});
        } else if (problem.empty()) {
            problem = loop.problem;
        }
    }
    if (claims.empty() && !problem.empty()) return not_inspected(Source::loop_devices, problem);
    return answer(Source::loop_devices, std::move(claims));
}

/// A mount, and the table that it is from: its path is seen from the root of that table.
struct SeenMount {
    Mount mount = {};
    std::size_t table = 0;
};

std::vector<SeenMount> join_tables(const std::vector<Mount>& own,
                                   const std::vector<MountNamespace>& others) {
    std::vector<SeenMount> all;
    for (const Mount& one : own) all.push_back({one, 0});
    for (std::size_t i = 0; i < others.size(); ++i) {
        for (const Mount& one : others[i].mounts) all.push_back({one, i + 1});
    }
    return all;
}

const SeenMount* find(const std::vector<SeenMount>& mounts, std::uint64_t id) {
    const auto found = std::find_if(mounts.begin(), mounts.end(),
                                    [&](const SeenMount& one) { return one.mount.id == id; });
    return found == mounts.end() ? nullptr : &*found;
}

/// The peer groups that receive what is mounted in a group, and removed.
std::set<std::uint64_t> receivers_of(std::uint64_t group, const std::vector<SeenMount>& mounts) {
    std::set<std::uint64_t> groups;
    if (group != 0) groups.insert(group);
    std::size_t before = 0;
    while (std::exchange(before, groups.size()) != groups.size()) {
        for (const auto& [one, table] : mounts) {
            if (one.shared != 0 && groups.contains(one.master)) groups.insert(one.shared);
        }
    }
    return groups;
}

bool is_in(const std::set<std::uint64_t>& groups, const Mount& mount) {
    return groups.contains(mount.shared) || groups.contains(mount.master);
}

std::string without_slash(const std::string& path) { return path == "/" ? "" : path; }

/// Where in the file system of `above` a mount is; nothing if their tables do not tell.
std::optional<std::string> place_of(const SeenMount& one, const SeenMount& above) {
    const std::string top = without_slash(above.mount.point);
    const bool is_told = one.table == above.table && one.mount.point.starts_with(top + '/');
    if (!is_told) return std::nullopt;
    return without_slash(above.mount.root) + one.mount.point.substr(top.size());
}

bool is_at_another_place(const std::optional<std::string>& one,
                         const std::optional<std::string>& other) {
    return one && other && *one != *other;
}

}  // namespace

std::set<std::uint64_t> mounts_removed_with(std::uint64_t mount, const std::vector<Mount>& own,
                                            const std::vector<MountNamespace>& others) {
    std::set<std::uint64_t> removed{mount};
    const std::vector<SeenMount> all = join_tables(own, others);
    const SeenMount* const it = find(all, mount);
    const SeenMount* const parent = it ? find(all, it->mount.parent) : nullptr;
    if (!parent || parent->mount.shared == 0) return removed;
    const std::set<std::uint64_t> receivers = receivers_of(parent->mount.shared, all);
    const std::set<std::uint64_t> copies = receivers_of(it->mount.shared, all);
    const auto place = place_of(*it, *parent);
    const auto is_copy = [&](const SeenMount& one) {
        if (one.mount.device != it->mount.device || one.mount.root != it->mount.root) return false;
        const SeenMount* const above = find(all, one.mount.parent);
        // Nothing shows what is above the root of a process: a bind mount may be taken for a copy.
        if (!above) return is_in(copies, one.mount);
        return is_in(receivers, above->mount) && !is_at_another_place(place, place_of(one, *above));
    };
    const auto has_mount_below = [&](std::uint64_t id) {
        return std::any_of(all.begin(), all.end(),
                           [&](const SeenMount& below) { return below.mount.parent == id; });
    };
    for (const SeenMount& one : all) {
        if (is_copy(one) && !has_mount_below(one.mount.id)) removed.insert(one.mount.id);
    }
    return removed;
}

std::set<std::uint64_t> mounts_removed_with(const Identity& mount, const KernelView& view) {
    const std::vector<Mount> own = parse_mountinfo(read_table(view, "self/mountinfo").text);
    const Mount* const it = find(own, mount.mount);
    const Mount* const parent = it ? find(own, it->parent) : nullptr;
    if (!parent || parent->shared == 0) return {mount.mount};
    return mounts_removed_with(mount.mount, own, read_mount_namespaces(view).others);
}

std::vector<Answer> ask_about_mount(const Identity& mount, const KernelView& view,
                                    LoopCache& loops) {
    const KernelText table = read_table(view, "self/mountinfo");
    const std::vector<Mount> mounts = parse_mountinfo(table.text);
    return {mounts_on(mount, table, mounts), swaps_on(mount, view),
            loops_on(mount, mounts, view, loops)};
}

}  // namespace loopingcall::device::detail
