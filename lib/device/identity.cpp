#include "identity.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <system_error>

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

}  // namespace

std::string to_text(dev_t number) {
    return std::to_string(major(number)) + ':' + std::to_string(minor(number));
}

std::string to_text(const Identity& identity) {
    if (identity.is_block_device) {
        return "block " + to_text(identity.number) + " sequence " +
               std::to_string(identity.disk_sequence);
    }
    return "file " + to_text(identity.file_system) + " inode " + std::to_string(identity.inode);
}

bool Identity::same_as(const Identity& other) const {
    if (is_block_device != other.is_block_device) return false;
    if (is_block_device) return number == other.number && disk_sequence == other.disk_sequence;
    return file_system == other.file_system && inode == other.inode;
}

Identified identify_device(const std::filesystem::path& device) {
    std::error_code unresolved;
    Identity identity{.path = std::filesystem::canonical(device, unresolved)};
    if (unresolved) return problem(unresolved.value());
    struct stat status {};
    if (::stat(identity.path.c_str(), &status) != 0) return problem(errno);
    identity.file_system = status.st_dev;
    identity.inode = status.st_ino;
    identity.type = status.st_mode & S_IFMT;
    identity.is_block_device = S_ISBLK(status.st_mode);
    if (identity.is_block_device) {
        identity.number = status.st_rdev;
        identity.disk_sequence = disk_sequence_of(status.st_rdev);
        identity.life = life_of(status.st_rdev);
        if (identity.life == 0 && is_gone(status.st_rdev)) return problem(ENOENT);
    }
    return {.identity = identity};
}

}  // namespace loopingcall::device::detail
