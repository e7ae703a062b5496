#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <vector>

#include "device/evidence/evidence.hpp"
#include "device/kernel/block_device.hpp"
#include "device/kernel/identity.hpp"
#include "device/kernel/kernel_tables.hpp"
#include "device/kernel/kernel_view.hpp"
#include "file_systems.hpp"
#include "loop_devices.hpp"

namespace loopingcall::device::detail {

/// Something that the kernel's tables show by a name alone, which may mean another file: the file
/// itself has to be inspected.
struct Unplaced {
    Source source = Source::swaps;
    std::string what = {};  // "the swap file /swap", escaped
    /// The claim that it is, if the name leads to this file. It may have been given to another one.
    std::optional<Claim> claim = {};
};

/// What the tables of the kernel show, read once for a device and all its relatives. Blocks as long
/// as the kernel does.
class KernelTables {
  public:
    /// @param spares_loops  whether nothing that is asked for can be behind a loop device.
    KernelTables(const KernelView& view, LoopCache& loops,
                 const std::function<bool()>& spares_loops);

    /// An answer of each of the sources mounts, swaps, stacked_devices, loop_devices and
    /// file_systems.
    /// @param unplaced  gets what may be a use of a regular file, and cannot be placed. The answers
    ///                  of the sources that it names are left out then.
    /// @param used      gets what is known of the file systems on it.
    std::vector<Answer> ask(const Identity& part, std::vector<Unplaced>& unplaced,
                            UsedFileSystem& used) const;

  private:
    [[nodiscard]] Answer mounts_of(const Identity& part, std::vector<Unplaced>& unplaced,
                                   UsedFileSystem& used) const;
    [[nodiscard]] Answer swaps_of(const Identity& part, std::vector<Unplaced>& unplaced) const;
    [[nodiscard]] Answer stacked_on(const Identity& part) const;
    [[nodiscard]] Answer loops_over(const Identity& part) const;
    void add_mounts_of(const Identity& part, const BlockDevice& stacked, std::vector<Claim>& claims,
                       UsedFileSystem& used) const;

    const KernelView& view_;
    KernelText mountinfo_;
    std::vector<Mount> mounts_;
    KernelText swap_table_;
    std::vector<Swap> swaps_;
    LoopTable loops_;
};

}  // namespace loopingcall::device::detail
