#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace loopingcall::device::detail {

/// Where the kernel shows what it does: other places in tests.
struct KernelView {
    std::filesystem::path sysfs = "/sys";
    std::filesystem::path proc = "/proc";
    /// Whether these must be the kernel's own file systems, and not something mounted over them.
    bool genuine = true;
};

/// A file that the kernel writes.
struct KernelText {
    std::string text = {};
    /// Why it could not be read, with the remedy; empty if it was.
    std::string problem = {};
};

/// Reads a table of /proc, such as "self/mountinfo". A table that is empty, or hidden by something
/// mounted over it, counts as not read: none of those that are asked for is ever empty.
KernelText read_table(const KernelView& view, const std::string& name);

/// The same of a table that may be empty, and that a kernel may have been built without.
KernelText read_optional_table(const KernelView& view, const std::string& name);

/// Whether the kernel was built without this table, "swaps" or "locks". A /proc that shows
/// processes only has neither these nor its other tables.
bool is_without(const KernelView& view, const std::string& name);

/// A place below `root`, the mount point of a file system of the kernel, that something is mounted
/// over, so that what the kernel shows there cannot be seen: the first one for which `matters` is
/// true of its path from there on, which begins and ends with a slash. Empty if there is none.
std::string find_cover(const KernelView& view, const std::filesystem::path& root,
                       bool (*matters)(std::string_view place));

/// Why the tree of block devices in sysfs cannot be relied on, with the remedy; empty if it can.
/// Container runtimes mount empty file systems over parts of it.
std::string problem_with_sysfs(const KernelView& view);

/// The same for the directory of /proc that file systems show themselves in.
std::string problem_with_proc_fs(const KernelView& view);

}  // namespace loopingcall::device::detail
