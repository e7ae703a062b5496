#include "identity.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <system_error>

#include "kernel_tables.hpp"
#include "presence.hpp"
#include "proc_directory.hpp"

namespace loopingcall::device::detail {

namespace {

Identified problem(int error) {
    const bool missing = error == ENOENT;
    return {.missing = missing, .problem = missing ? "no such device" : std::strerror(error)};
}

/// A partition is as old as its disk, in whose directory its own lies.
std::uint64_t disk_sequence_of(dev_t number) {
    const std::filesystem::path device = "/sys/dev/block/" + to_text(number);
    for (const char* const file : {"diskseq", "../diskseq"}) {
        const std::string text = read_proc_file(AT_FDCWD, (device / file).c_str());
        if (!text.empty()) return std::strtoull(text.c_str(), nullptr, 10);
    }
    return 0;
}

/// A kernel that does not say whether it is a mount point has it in its table (Linux before 5.8).
void find_mount(Identity& identity, const struct statx& found) {
    if (const auto mount = mount_of(found)) identity.mount = *mount;
    if ((found.stx_attributes_mask & STATX_ATTR_MOUNT_ROOT) != 0) {
        identity.is_mount_point = (found.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0;
    } else {
        for (const Mount& one : parse_mountinfo(read_proc_file(AT_FDCWD, "/proc/self/mountinfo"))) {
            if (one.point == identity.path) identity.is_mount_point = true;
        }
    }
    if (!identity.is_mount_point) identity.mount = 0;
}

}  // namespace

std::string to_text(dev_t number) {
    return std::to_string(major(number)) + ':' + std::to_string(minor(number));
}

std::string to_text(const Identity& identity) {
    if (identity.is_block_device) {
        return "block " + to_text(identity.number) + " sequence " +
               std::to_string(identity.disk_sequence);
    }
    std::string text =
        "file " + to_text(identity.file_system) + " inode " + std::to_string(identity.inode);
    if (identity.is_mount_point) text += " mount " + std::to_string(identity.mount);
    return text;
}

bool Identity::same_as(const Identity& other) const {
    if (is_block_device != other.is_block_device) return false;
    if (is_block_device) return number == other.number && disk_sequence == other.disk_sequence;
    if (is_mount_point != other.is_mount_point || mount != other.mount) return false;
    return file_system == other.file_system && inode == other.inode;
}

Identified identify_device(const std::filesystem::path& device) {
    std::error_code unresolved;
    Identity identity{.path = std::filesystem::canonical(device, unresolved)};
    if (unresolved) return problem(unresolved.value());
    struct statx found {};
    if (const int error = look_at(AT_FDCWD, identity.path.c_str(), found)) return problem(error);
    identity.file_system = makedev(found.stx_dev_major, found.stx_dev_minor);
    identity.inode = found.stx_ino;
    identity.type = found.stx_mode & S_IFMT;
    identity.is_block_device = S_ISBLK(found.stx_mode);
    if (S_ISDIR(found.stx_mode)) find_mount(identity, found);
    if (identity.is_block_device) {
        identity.number = makedev(found.stx_rdev_major, found.stx_rdev_minor);
        identity.disk_sequence = disk_sequence_of(identity.number);
        identity.life = life_of(identity.number);
        if (identity.life == 0 && is_gone(identity.number)) {
            return {.missing = true,
                    .problem = "the kernel shows no block device " + to_text(identity.number)};
        }
    }
    return {.identity = identity};
}

}  // namespace loopingcall::device::detail
