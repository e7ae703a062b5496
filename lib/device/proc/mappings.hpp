#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace loopingcall::device::detail {

/// A file of which something is mapped into memory.
struct MappedFile {
    /// The name of its link in /proc/PID/map_files. There the kernel reports which file it is, as
    /// for a descriptor; the device and inode in the text are not those of stat() on every
    /// file system.
    std::string link;
    /// Device, inode and path as the text has them: the same for another mapping of the file.
    std::string_view identity;
    std::uint64_t inode = 0;
};

/// Visits each file that /proc/PID/maps names, once. A pure function.
void for_each_mapped_file(std::string_view maps,
                          const std::function<void(const MappedFile& file)>& visit);

}  // namespace loopingcall::device::detail
