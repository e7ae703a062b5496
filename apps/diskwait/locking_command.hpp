#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace diskwait {

/// What finding a command that locks depends on besides its words.
struct CommandContext {
    /// The environment that it runs in, as far as it matters: LOCK_BLOCK_DEVICE.
    std::map<std::string, std::string> environment = {};
    /// Whether a path leads to a disk whose lock is held.
    std::function<bool(const std::string& path)> is_locked = [](const std::string&) {
        return false;
    };
};

/// Finds what would wait for the lock that COMMAND runs under, and so for its own end: a program
/// that waits for udev's queue, which does not get empty meanwhile, or that takes the lock itself.
/// Looks behind programs that run others (`env`, `sudo`, `timeout`) and into `sh -c`.
/// @return its words, such as `udevadm settle`; empty if there is none. A pure function.
[[nodiscard]] std::string find_locking_command(const std::vector<std::string>& command,
                                               const CommandContext& context = {});

}  // namespace diskwait
