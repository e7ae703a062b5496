#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "device/kernel/identity.hpp"
#include "device/kernel/kernel_view.hpp"

namespace loopingcall::device::detail {

/// What is behind a loop device, as the kernel identifies it (LOOP_GET_STATUS64).
struct Backing {
    dev_t file_system = 0;
    ino_t inode = 0;
    dev_t number = 0;  ///< of a block device; 0 for a file

    /// Whether it is this file or device, whatever its name and in whatever mount namespace.
    [[nodiscard]] bool is(const Identity& part) const;
};

/// A number as the kernel encodes it in `lo_device` and `lo_rdevice`.
dev_t decode_kernel_number(std::uint64_t encoded);

/// A loop device with something behind it.
struct LoopDevice {
    std::string node = {};
    /// The name of the backing file, as the kernel shows it here. It proves nothing.
    std::string backing_name = {};
    /// Empty if the kernel did not tell: see `problem`, or a dead file system.
    std::optional<Backing> backing = {};
    std::string problem = {};
};

/// What loop devices have behind them, by their disk sequence number: the kernel counts it up
/// whenever that changes. So each binding needs only one opening of the node, and a program
/// that watches it is not woken at each check. Any thread may use it.
class LoopCache {
  public:
    /// That of all waits of this process.
    static const std::shared_ptr<LoopCache>& of_this_process();

    std::optional<LoopDevice> find(std::uint64_t sequence);
    void put(std::uint64_t sequence, const LoopDevice& device);
    /// Forgets all others: they have ended.
    void keep_only(const std::set<std::uint64_t>& sequences);

  private:
    std::mutex mutex_;
    std::map<std::uint64_t, LoopDevice> known_;
};

struct LoopTable {
    std::vector<LoopDevice> devices = {};
    /// Why they could not be listed; empty if they were.
    std::string problem = {};
    /// They were not asked, since nothing can be behind them that matters.
    bool is_spared = false;
};

/// All loop devices that are in use. Opens only those that sysfs shows, since opening another node
/// would create a device, and only those that are not known: a program that waits for a loop device
/// sees each opening, and takes it for a use.
/// @param is_spared  asked before the first opening: whether none is needed.
/// A device whose backing file is on a dead file system costs 200 ms once,
/// and a thread that waits for it.
LoopTable read_loop_devices(
    const KernelView& view, LoopCache& cache,
    const std::function<bool()>& is_spared = [] { return false; });

}  // namespace loopingcall::device::detail
