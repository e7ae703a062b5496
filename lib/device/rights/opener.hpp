#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string_view>
#include <vector>

namespace loopingcall::device::detail {

/// The identity of a process that decides whether it may open a device.
struct Opener {
    /// Root, or with a capability, or in a container that root has made, which may have nodes of
    /// its own; or that could not be found out. It may have opened anything.
    bool is_privileged = true;
    std::vector<uid_t> uids = {};
    std::vector<gid_t> gids = {};
};

/// Reads /proc/PID/status. Privileged if a line that matters is missing. A pure function.
Opener parse_opener(std::string_view status);

/// @param process  its directory in /proc.
Opener opener_of(int process);

/// Whether the process may have opened this node or file itself: by its owner, group and mode, or
/// by a list of access rights, whatever that says.
bool may_have_opened(const Opener& who, const std::filesystem::path& node);

}  // namespace loopingcall::device::detail
