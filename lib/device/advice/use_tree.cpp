#include "use_tree.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <functional>
#include <iterator>
#include <set>
#include <string_view>
#include <utility>

#include "device/claims/file_systems.hpp"
#include "device/kernel/block_device.hpp"
#include "device/kernel/kernel_tables.hpp"
#include "device/kernel/named_file.hpp"
#include "device/kernel/proc_directory.hpp"
#include "device/proc/process_info.hpp"
#include "process_uses.hpp"

namespace loopingcall::device::detail {

namespace {

using Path = std::filesystem::path;

std::string line_of(const Path& file) {
    const std::string text = read_text(AT_FDCWD, file.c_str()).text;
    return text.substr(0, text.find('\n'));
}

bool is_below(const Mount& mount, const Mount& upper) {
    const std::string prefix = upper.point == "/" ? "/" : upper.point + '/';
    return mount.point != upper.point && mount.point.starts_with(prefix);
}

/// A user with a mount namespace may mount thousands below each other in it.
constexpr std::size_t most_inner_mounts = 100;
constexpr int deepest_mount = 16;

std::set<pid_t> ancestors() {
    std::set<pid_t> pids{::getpid()};
    for (pid_t pid = ::getppid(); pid > 0 && pids.insert(pid).second;) {
        pid = lineage_of(pid).parent;
    }
    return pids;
}

class TreeReader {
  public:
    TreeReader(const Report& report, const std::vector<pid_t>& ignored, LoopCache& loops,
               const KernelView& view)
        : report_(report),
          ignored_(ignored.begin(), ignored.end()),
          ancestors_(ancestors()),
          view_(view),
          swaps_(parse_swaps(read_table(view, "swaps").text)),
          loops_(read_loop_devices(view, loops)) {
        tables_.push_back(parse_mount_table(0, read_table(view, "self/mountinfo").text));
        for (MountTable& other : other_mount_namespaces(view.proc)) {
            tables_.push_back(std::move(other));
        }
    }

    /// Once to learn what processes may use, and once more with the processes.
    Use read(const Identity& root) {
        (void)build(root);
        processes_ = find_process_uses(wanted_, view_.proc);
        return build(root);
    }

  private:
    Use build(const Identity& root) {
        visited_.clear();
        attached_.clear();
        if (root.is_block_device) return build_root(root);
        Use file{.kind = UseKind::file, .name = root.path.native()};
        add_uses_of_file(file, root);
        return file;
    }

    Use build_root(const Identity& root) {
        const BlockDevice disk = whole_disk_of(root.number, view_.sysfs);
        if (disk.number == root.number || disk.name.empty()) {
            BlockDevice device = disk;
            device.node = root.path;
            return build_device(device, true);
        }
        Use tree = build_device(disk, false);
        const BlockDevice partition{
            .name = name_of(root.number, view_.sysfs), .number = root.number, .node = root.path};
        tree.uses.insert(tree.uses.begin(), build_device(partition, true));
        return tree;
    }

    Use build_device(const BlockDevice& device, bool with_partitions) {
        Use use = describe_device(device);
        if (!visited_.insert(device.number).second) return use;
        if (with_partitions) {
            for (const BlockDevice& one : partitions_of(device.number, view_.sysfs)) {
                use.uses.push_back(build_device(one, true));
            }
        }
        const Path directory = view_.sysfs / "dev" / "block" / to_text(device.number);
        for (const Path& entry : entries_of(directory / "holders")) {
            const Path holder = view_.sysfs / "class" / "block" / entry.filename();
            use.uses.push_back(build_device({.name = entry.filename().string(),
                                             .number = number_of(holder),
                                             .node = Path("/dev") / entry.filename()},
                                            true));
            if (use.uses.back().kind == UseKind::device) use.uses.back().kind = UseKind::stacked;
        }
        const Identity identity{
            .path = device.node, .is_block_device = true, .number = device.number};
        add_loops(use, identity);
        add_mounts(use, device.number);
        add_file_systems(use, identity);
        add_swaps(use, identity);
        wanted_.devices.insert(device.number);
        add_processes(use, processes_.of_devices[device.number], false);
        add_detached(use, device.number);
        return use;
    }

    Use describe_device(const BlockDevice& device) const {
        Use use{.name = device.node.native()};
        const Path directory = view_.sysfs / "class" / "block" / device.name;
        std::error_code error;
        if (std::filesystem::exists(directory / "partition", error)) {
            use.kind = UseKind::partition;
        } else if (device.name.starts_with("loop")) {
            use.kind = UseKind::loop;
            use.detail = line_of(directory / "loop" / "backing_file");
        } else {
            use.maker = maker_of(device.name, line_of(directory / "dm" / "uuid"));
            use.detail = line_of(directory / "dm" / "name");
            if (use.detail.empty()) use.detail = line_of(directory / "md" / "array_name");
            if (!use.maker.empty()) use.kind = UseKind::stacked;
        }
        return use;
    }

    void add_loops(Use& use, const Identity& part) {
        add_loops_if(
            use, [&](const LoopDevice& loop) { return loop.backing && loop.backing->is(part); });
    }

    void add_loops_if(Use& use, const std::function<bool(const LoopDevice&)>& is_here) {
        for (const LoopDevice& loop : loops_.devices) {
            if (is_here(loop)) add_loop(use, loop);
        }
    }

    void add_loop(Use& use, const LoopDevice& loop) {
        struct stat status {};
        if (::stat(loop.node.c_str(), &status) != 0 || !S_ISBLK(status.st_mode)) return;
        use.uses.push_back(build_device({.name = Path(loop.node).filename().string(),
                                         .number = status.st_rdev,
                                         .node = loop.node},
                                        true));
    }

    /// Mounts of other namespaces only where this one has no mount of that name: many services have
    /// copies of them all.
    void add_mounts(Use& use, dev_t number) {
        std::set<std::string> points;
        for (const MountTable& table : tables_) {
            std::vector<const Mount*> its;
            for (const Mount& mount : table.mounts) {
                if (mount.device == number || is_btrfs_of(mount, number)) its.push_back(&mount);
            }
            for (const Mount* const mount : its) {
                const bool is_inner = std::any_of(its.begin(), its.end(), [&](const Mount* other) {
                    return is_below(*mount, *other);
                });
                if (!is_inner && points.insert(mount->point).second) {
                    use.uses.push_back(build_mount(*mount, table));
                }
            }
        }
    }

    static bool is_btrfs_of(const Mount& mount, dev_t number) {
        if (mount.type != "btrfs" || !mount.source.starts_with("/dev/")) return false;
        const auto found = find_named(mount.source, {});
        return found && found->is_block_device && found->number == number;
    }

    /// A mount of a file system that has to go as a whole.
    Use build_mount(const Mount& mount, const MountTable& table) {
        Use use = describe_mount(mount, table);
        if (mount.point == "/" && table.seen_by == 0) return use;  // all is below it
        add_mounts_below(use, mount, table);
        add_uses_of_mount(use, mount, table);
        add_uses_of_file_system(use, mount.device);
        return use;
    }

    /// What has to be unmounted before: what lies below it, or over it.
    void add_mounts_below(Use& use, const Mount& upper, const MountTable& table) {
        std::vector<const Mount*> inner;
        for (const Mount& mount : table.mounts) {
            const bool covers = mount.point == upper.point && &mount > &upper;
            if (covers) {
                use.uses.push_back(describe_mount(mount, table));
            } else if (is_below(mount, upper) && inner.size() < most_inner_mounts) {
                inner.push_back(&mount);
            }
        }
        add_inner_mounts(use, inner, table, 0);
    }

    void add_inner_mounts(Use& use, const std::vector<const Mount*>& inner, const MountTable& table,
                          int depth) {
        if (depth > deepest_mount) return;
        for (const Mount* const mount : inner) {
            const bool is_deeper = std::any_of(inner.begin(), inner.end(), [&](const Mount* other) {
                return is_below(*mount, *other);
            });
            if (is_deeper) continue;
            Use below = describe_mount(*mount, table);
            std::vector<const Mount*> its;
            std::copy_if(inner.begin(), inner.end(), std::back_inserter(its),
                         [&](const Mount* other) { return is_below(*other, *mount); });
            add_inner_mounts(below, its, table, depth + 1);
            add_uses_of_one(below, *mount, table);
            use.uses.push_back(std::move(below));
        }
    }

    static Use describe_mount(const Mount& mount, const MountTable& table) {
        return {.kind = UseKind::mount,
                .name = mount.point,
                .detail = mount.type,
                .seen_by = table.seen_by};
    }

    void add_uses_of_mount(Use& use, const Mount& mount, const MountTable& table) {
        const std::uint64_t id = table.id_of(mount);
        wanted_.mounts.insert(id);
        add_processes(use, processes_.of_mounts[id], true);
    }

    /// The uses of a mount that is all that has to go: if its file system is mounted elsewhere,
    /// too, what is used there is in nobody's way.
    void add_uses_of_one(Use& use, const Mount& mount, const MountTable& table) {
        add_uses_of_mount(use, mount, table);
        const auto is_of_it = [&](const Mount& one) { return one.device == mount.device; };
        if (std::count_if(table.mounts.begin(), table.mounts.end(), is_of_it) == 1) {
            return add_uses_of_file_system(use, mount.device);
        }
        const auto lies_on_it = [id = table.id_of(mount)](const std::string& name) {
            const auto file = find_named(name, {});
            return file && file->mount == id;
        };
        add_loops_if(use, [&](const LoopDevice& loop) { return lies_on_it(loop.backing_name); });
        add_swaps_if(use, [&](const Swap& swap) { return swap.is_file && lies_on_it(swap.path); });
    }

    void add_uses_of_file_system(Use& use, dev_t number) {
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

    /// Processes still use a file system that is mounted nowhere, as long as they have a file of it
    /// open.
    void add_detached(Use& use, dev_t number) {
        wanted_.file_systems.insert(number);
        if (!attached_.insert(number).second) return;
        add_processes(use, processes_.of_file_systems[number], true);
    }

    void add_file_systems(Use& use, const Identity& part) {
        const std::vector<Mount>& mounts = tables_.front().mounts;
        UsedFileSystem used;
        for (const Claim& claim : file_systems_over(part, mounts, view_, used).claims) {
            const bool is_mount = claim.kind == ClaimKind::mount;
            const bool is_known =
                std::any_of(use.uses.begin(), use.uses.end(),
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

    static bool has_other_mount(const Use& use) {
        return std::any_of(use.uses.begin(), use.uses.end(),
                           [](const Use& one) { return one.seen_by != 0; });
    }

    void add_swaps(Use& use, const Identity& part) const {
        add_swaps_if(use, [&](const Swap& swap) {
            const auto found = find_named(swap.path, part.path);
            return found && is_same_object(*found, part);
        });
    }

    void add_swaps_if(Use& use, const std::function<bool(const Swap&)>& is_here) const {
        for (const Swap& swap : swaps_) {
            if (is_here(swap)) use.uses.push_back({.kind = UseKind::swap, .name = swap.path});
        }
    }

    void add_uses_of_file(Use& use, const Identity& file) {
        add_loops(use, file);
        for (const MountTable& table : tables_) add_mounts_of_file(use, file, table);
        add_swaps(use, file);
        const std::pair key(file.file_system, file.inode);
        wanted_.files.insert(key);
        add_processes(use, processes_.of_files[key], false);
    }

    /// A directory that is a mount point, or an image that is mounted without a loop device.
    void add_mounts_of_file(Use& use, const Identity& file, const MountTable& table) {
        const Mount* point = nullptr;
        for (const Mount& mount : table.mounts) {
            const bool is_here = table.seen_by == 0 && mount.point == file.path;
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

    /// Those that the report does not count, such as an ancestor that holds only the lock, are
    /// none.
    void add_processes(Use& use, const std::vector<Holder>& holders, bool of_file_system) const {
        for (const Holder& holder : holders) {
            const bool is_reported =
                std::any_of(report_.holders.begin(), report_.holders.end(),
                            [&](const Holder& one) { return one.pid == holder.pid; });
            const bool is_ours = !of_file_system && ancestors_.contains(holder.pid);
            if (ignored_.contains(holder.pid) || (is_ours && !is_reported)) continue;
            Use process{.kind = UseKind::process, .name = holder.command, .process = holder};
            for (const Holder& one : report_.holders) {
                if (one.pid != holder.pid) continue;
                process.process = one;  // it may know more: its unit
                if (of_file_system) process.process->access = holder.access;
            }
            process.process->path = use.name;
            use.uses.push_back(std::move(process));
        }
    }

    const Report& report_;
    std::set<pid_t> ignored_;
    std::set<pid_t> ancestors_;
    const KernelView& view_;
    std::vector<Swap> swaps_;
    LoopTable loops_;
    std::vector<MountTable> tables_;
    std::set<dev_t> visited_;   // devices, while one tree is built
    std::set<dev_t> attached_;  // file systems whose users are shown
    WantedUses wanted_;
    ProcessUses processes_;
};

}  // namespace

std::string maker_of(const std::string& kernel_name, const std::string& dm_uuid) {
    constexpr std::array<std::pair<std::string_view, const char*>, 6> by_uuid{
        {{"LVM-", "lvm"},
         {"CRYPT-VERITY", "verity"},
         {"CRYPT-INTEGRITY", "integrity"},
         {"CRYPT-", "crypt"},
         {"mpath-", "multipath"},
         {"", "dm"}}};
    if (kernel_name.starts_with("md")) return "md";
    if (kernel_name.starts_with("bcache")) return "bcache";
    if (!kernel_name.starts_with("dm-")) return {};
    for (const auto& [prefix, maker] : by_uuid) {
        if (dm_uuid.starts_with(prefix)) return maker;
    }
    return {};
}

Use read_use_tree(const Identity& root, const Report& report, const std::vector<pid_t>& ignored,
                  LoopCache& loops, const KernelView& view) {
    TreeReader reader(report, ignored, loops, view);
    Use tree = reader.read(root);
    merge_report(tree, report);
    return tree;
}

}  // namespace loopingcall::device::detail
