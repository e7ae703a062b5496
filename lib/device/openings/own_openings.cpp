#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <string>

#include "device/kernel/proc_directory.hpp"
#include "device/proc/mappings.hpp"
#include "openings.hpp"

namespace loopingcall::device::detail {

namespace {

bool is_same(const struct statx& found, const Identity& file) {
    const dev_t file_system = makedev(found.stx_dev_major, found.stx_dev_minor);
    return file_system == file.file_system && found.stx_ino == file.inode;
}

/// What is mapped, its own program as well, stays open without a descriptor.
bool maps(const Identity& file) {
    bool is_mapped = false;
    for_each_mapped_file(
        read_text(AT_FDCWD, "/proc/self/maps").text, [&](const MappedFile& mapped) {
            struct statx found {};
            const std::string link = "/proc/self/map_files/" + mapped.link;
            const bool seen = look_at(AT_FDCWD, link.c_str(), found) == 0;
            // Without the right to follow the link, there is only its text.
            is_mapped = is_mapped || (seen ? is_same(found, file) : mapped.inode == file.inode);
        });
    return is_mapped;
}

}  // namespace

bool holds_open(const Identity& file, int besides) {
    ProcDirectory descriptors(AT_FDCWD, "/proc/self/fd");
    if (!descriptors.is_open()) return true;
    while (const char* const name = descriptors.next()) {
        struct statx found {};
        const bool is_other = std::to_string(besides) != name;
        if (!is_other || look_at(descriptors.descriptor(), name, found) != 0) continue;
        if (is_same(found, file)) return true;
    }
    return maps(file);
}

}  // namespace loopingcall::device::detail
