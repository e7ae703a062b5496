#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <string>

#include "openings.hpp"
#include "proc_directory.hpp"

namespace loopingcall::device::detail {

bool holds_open(const Identity& file, int besides) {
    ProcDirectory descriptors(AT_FDCWD, "/proc/self/fd");
    if (!descriptors.is_open()) return true;
    while (const char* const name = descriptors.next()) {
        struct statx found {};
        const bool is_other = std::to_string(besides) != name;
        if (!is_other || look_at(descriptors.descriptor(), name, found) != 0) continue;
        const dev_t file_system = makedev(found.stx_dev_major, found.stx_dev_minor);
        if (file_system == file.file_system && found.stx_ino == file.inode) return true;
    }
    return false;
}

}  // namespace loopingcall::device::detail
