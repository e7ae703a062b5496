#include "use_tree.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <utility>

#include "device/kernel/named_file.hpp"
#include "device/kernel/proc_directory.hpp"
#include "device/proc/process_info.hpp"
#include "device_use.hpp"
#include "use_tree_reader.hpp"

namespace loopingcall::device::detail {

namespace {

using Path = std::filesystem::path;

std::set<pid_t> ancestors() {
    std::set<pid_t> pids{::getpid()};
    for (pid_t pid = ::getppid(); pid > 0 && pids.insert(pid).second;) {
        pid = lineage_of(pid).parent;
    }
    return pids;
}

}  // namespace

UseTreeReader::UseTreeReader(const Report& report, const std::vector<pid_t>& ignored,
                             LoopCache& loops, const KernelView& view)
    : report_(report),
      ignored_(ignored.begin(), ignored.end()),
      ancestors_(ancestors()),
      view_(view),
      swaps_(parse_swaps(read_table(view, "swaps").text)),
      loops_(read_loop_devices(view, loops)) {
    tables_.push_back({.mounts = parse_mountinfo(read_table(view, "self/mountinfo").text)});
    for (MountNamespace& other : read_mount_namespaces(view).others) {
        tables_.push_back(std::move(other));
    }
}

Use UseTreeReader::read(const Identity& root) {
    (void)build(root);
    processes_ = find_process_uses(wanted_, view_.proc);
    return build(root);
}

Use UseTreeReader::build(const Identity& root) {
    visited_.clear();
    attached_.clear();
    if (root.is_block_device) return build_root(root);
    Use file{.kind = UseKind::file, .name = root.path.native()};
    add_uses_of_file(file, root);
    return file;
}

Use UseTreeReader::build_root(const Identity& root) {
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

Use UseTreeReader::build_device(const BlockDevice& device, bool with_partitions) {
    Use use = describe_device(device, view_);
    if (!visited_.insert(device.number).second) return use;
    if (with_partitions) {
        for (const BlockDevice& one : partitions_of(device.number, view_.sysfs)) {
            use.uses.push_back(build_device(one, true));
        }
    }
    add_holders(use, device);
    const Identity identity{.path = device.node, .is_block_device = true, .number = device.number};
    add_loops(use, identity);
    add_mounts(use, device.number);
    add_file_systems(use, identity);
    add_swaps(use, identity);
    wanted_.devices.insert(device.number);
    add_processes(use, processes_.of_devices[device.number], false);
    add_detached(use, device.number);
    return use;
}

void UseTreeReader::add_holders(Use& use, const BlockDevice& device) {
    const Path directory = view_.sysfs / "dev" / "block" / to_text(device.number);
    for (const Path& entry : entries_of(directory / "holders")) {
        const Path holder = view_.sysfs / "class" / "block" / entry.filename();
        use.uses.push_back(build_device({.name = entry.filename().string(),
                                         .number = number_of(holder),
                                         .node = Path("/dev") / entry.filename()},
                                        true));
        if (use.uses.back().kind == UseKind::device) use.uses.back().kind = UseKind::stacked;
    }
}

void UseTreeReader::add_loops(Use& use, const Identity& part) {
    add_loops_if(use,
                 [&](const LoopDevice& loop) { return loop.backing && loop.backing->is(part); });
}

void UseTreeReader::add_loops_if(Use& use, const std::function<bool(const LoopDevice&)>& is_here) {
    for (const LoopDevice& loop : loops_.devices) {
        if (is_here(loop)) add_loop(use, loop);
    }
}

void UseTreeReader::add_loop(Use& use, const LoopDevice& loop) {
    struct stat status {};
    if (::stat(loop.node.c_str(), &status) != 0 || !S_ISBLK(status.st_mode)) return;
    use.uses.push_back(build_device(
        {.name = Path(loop.node).filename().string(), .number = status.st_rdev, .node = loop.node},
        true));
}

void UseTreeReader::add_swaps(Use& use, const Identity& part) const {
    add_swaps_if(use, [&](const Swap& swap) {
        const auto found = find_named(swap.path, part.path);
        return found && is_same_object(*found, part);
    });
}

void UseTreeReader::add_swaps_if(Use& use, const std::function<bool(const Swap&)>& is_here) const {
    for (const Swap& swap : swaps_) {
        if (is_here(swap)) use.uses.push_back({.kind = UseKind::swap, .name = swap.path});
    }
}

void UseTreeReader::add_uses_of_file(Use& use, const Identity& file) {
    add_loops(use, file);
    for (const MountNamespace& table : tables_) add_mounts_of_file(use, file, table);
    add_swaps(use, file);
    const std::pair key(file.file_system, file.inode);
    wanted_.files.insert(key);
    add_processes(use, processes_.of_files[key], false);
}

/// Those that the report does not count, such as an ancestor that holds only the lock, are
/// none.
void UseTreeReader::add_processes(Use& use, const std::vector<Holder>& holders,
                                  bool of_file_system) const {
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

Use read_use_tree(const Identity& root, const Report& report, const std::vector<pid_t>& ignored,
                  LoopCache& loops, const KernelView& view) {
    UseTreeReader reader(report, ignored, loops, view);
    Use tree = reader.read(root);
    merge_report(tree, report);
    return tree;
}

}  // namespace loopingcall::device::detail
