#pragma once

#include <sys/types.h>

#include <functional>
#include <loopingcall/device/report.hpp>
#include <set>
#include <vector>

#include "device/claims/loop_devices.hpp"
#include "device/kernel/block_device.hpp"
#include "device/kernel/identity.hpp"
#include "device/kernel/kernel_tables.hpp"
#include "device/kernel/kernel_view.hpp"
#include "device/mounts/mount_namespaces.hpp"
#include "nested_mounts.hpp"
#include "process_uses.hpp"

namespace loopingcall::device::detail {

/// Reads one tree: what uses a device or file, and what uses that, by the tables of the kernel.
class UseTreeReader {
  public:
    UseTreeReader(const Report& report, const std::vector<pid_t>& ignored, LoopCache& loops,
                  const KernelView& view);

    /// Builds the tree twice: first to learn what processes may use, then with the processes.
    Use read(const Identity& root);

  private:
    // Devices, files and processes: use_tree.cpp.
    Use build(const Identity& root);
    Use build_root(const Identity& root);
    Use build_device(const BlockDevice& device, bool with_partitions);
    void add_holders(Use& use, const BlockDevice& device);
    void add_loops(Use& use, const Identity& part);
    void add_loops_if(Use& use, const std::function<bool(const LoopDevice&)>& is_here);
    void add_loop(Use& use, const LoopDevice& loop);
    void add_swaps(Use& use, const Identity& part) const;
    void add_swaps_if(Use& use, const std::function<bool(const Swap&)>& is_here) const;
    void add_uses_of_file(Use& use, const Identity& file);
    void add_processes(Use& use, const std::vector<Holder>& holders, bool of_file_system) const;

    // Mounts and file systems: use_tree_mounts.cpp.
    void add_mounts(Use& use, dev_t number);
    void add_mounts_of_file(Use& use, const Identity& file, const MountNamespace& table);
    void add_file_systems(Use& use, const Identity& part);
    void add_detached(Use& use, dev_t number);
    Use build_mount(const Mount& mount, const MountNamespace& table);
    void add_mounts_below(Use& use, const Mount& upper, const MountNamespace& table);
    Use build_nested(const NestedMount& nested, const MountNamespace& table);
    void add_uses_of_mount(Use& use, const Mount& mount);
    void add_uses_of_one(Use& use, const Mount& mount, const MountNamespace& table);
    void add_uses_of_file_system(Use& use, dev_t number);

    const Report& report_;
    std::set<pid_t> ignored_;
    std::set<pid_t> ancestors_;
    const KernelView& view_;
    std::vector<Swap> swaps_;
    LoopTable loops_;
    std::vector<MountNamespace> tables_;  // first that of this process, without a pid
    std::set<dev_t> visited_;             // devices, while one tree is built
    std::set<dev_t> attached_;            // file systems whose users are shown
    WantedUses wanted_;
    ProcessUses processes_;
};

}  // namespace loopingcall::device::detail
