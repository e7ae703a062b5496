#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>
#include <vector>

namespace loopingcall::device::detail {

// What the kernel's tables say. Pure functions of their text; lines that are not as they should be
// are left out.

/// A line of /proc/self/mountinfo (proc_pid_mountinfo(5)).
struct Mount {
    dev_t device = 0;
    std::string point = {};
    std::string source =
        {};  // as mount(8) was told; of btrfs, the only thing that names the device
};

std::vector<Mount> parse_mountinfo(std::string_view text);

/// The files and devices of /proc/swaps.
std::vector<std::string> parse_swaps(std::string_view text);

/// `\040` for a blank, and so on, as both tables write them.
std::string unescape_octal(std::string_view text);

}  // namespace loopingcall::device::detail
