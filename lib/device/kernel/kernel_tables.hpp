#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace loopingcall::device::detail {

// What the kernel's tables say. Pure functions of their text; lines that are not as they should be
// are left out.

/// A line of /proc/self/mountinfo (proc_pid_mountinfo(5)).
struct Mount {
    std::uint64_t id = 0;  // as statx() and fdinfo have it
    std::uint64_t parent = 0;
    dev_t device = 0;
    std::string root = {};  // the directory of the file system that is mounted
    std::string point = {};
    std::string type = {};
    /// As given to mount(8); of btrfs, the only thing that names the device.
    std::string source = {};
    std::string options = {};  // those of the file system: "rw,logdev=/dev/sdb"
    /// The peer groups that it shares its mounts with, and receives those of; 0 if none.
    std::uint64_t shared = 0;
    std::uint64_t master = 0;
};

std::vector<Mount> parse_mountinfo(std::string_view text);

/// The value of an option of a file system, or nothing: "/dev/sdb" for "logdev".
std::optional<std::string> option_of(const Mount& mount, std::string_view name);

/// A line of /proc/swaps.
struct Swap {
    std::string path = {};
    bool is_file = false;  // otherwise, it is a block device
};

std::vector<Swap> parse_swaps(std::string_view text);

/// `\040` for a blank, and so on, as both tables write them.
std::string unescape_octal(std::string_view text);

}  // namespace loopingcall::device::detail
