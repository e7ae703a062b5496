#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace loopingcall::device::detail {

/// What a path led to: by these, and not by its name, one knows whether it still does.
struct Identity {
    std::filesystem::path path = {};  // absolute, symbolic links resolved
    dev_t file_system = 0;
    ino_t inode = 0;
    mode_t type = 0;  // S_IFREG and so on
    bool is_block_device = false;
    dev_t number = 0;  // of the block device
    /// Whether something is mounted there, and the kernel's number of the topmost mount; 0 where it
    /// does not tell (Linux before 5.8).
    bool is_mount_point = false;
    std::uint64_t mount = 0;
    /// Which disk it is, counted by the kernel since it was booted: numbers are used again for
    /// others. 0 where it does not count (Linux before 5.15).
    std::uint64_t disk_sequence = 0;

    /// Which of its lives this is: another one when the kernel has removed the block device and
    /// made it again, as a partition when the table is read again. 0 if unknown.
    std::uint64_t life = 0;

    /// Whether this is still the same device or file. A node that was made again for the same disk,
    /// as udev does, is.
    [[nodiscard]] bool same_as(const Identity& other) const;
};

/// Either an identity, or why there is none.
struct Identified {
    std::optional<Identity> identity = {};
    bool missing = false;
    std::string problem = {};
};

/// Blocks as long as the file system does. Of a mount point, the file system that is mounted there
/// is not asked, so that a dead one does not block.
Identified identify_device(const std::filesystem::path& device);

/// Which device or file it is, without its name: "block 7:0 sequence 12", "file 254:0 inode 34".
std::string to_text(const Identity& identity);

/// "7:0", as the kernel writes it.
std::string to_text(dev_t number);

}  // namespace loopingcall::device::detail
