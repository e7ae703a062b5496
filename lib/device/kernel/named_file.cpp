#include "named_file.hpp"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

#include "proc_directory.hpp"
#include "process/launch/descriptor.hpp"
#include "shortage.hpp"

namespace loopingcall::device::detail {

namespace {

using process::detail::Descriptor;

#ifndef RESOLVE_CACHED
constexpr std::uint64_t resolve_cached = 0x20;
#else
constexpr std::uint64_t resolve_cached = RESOLVE_CACHED;
#endif

std::optional<Identity> identity_of(int result, const struct stat& status) {
    if (result != 0) {
        throw_if_shortage(errno, "stat");
        return std::nullopt;
    }
    Identity identity{.file_system = status.st_dev,
                      .inode = status.st_ino,
                      .type = status.st_mode & S_IFMT,
                      .is_block_device = S_ISBLK(status.st_mode)};
    if (identity.is_block_device) identity.number = status.st_rdev;
    return identity;
}

std::optional<Identity> ask(const std::filesystem::path& name) {
    struct stat status {};
    return identity_of(::stat(name.c_str(), &status), status);
}

}  // namespace

std::optional<Identity> find_named(const std::filesystem::path& name,
                                   const std::filesystem::path& expected) {
    if (!name.is_absolute()) return std::nullopt;
    if (name.native().starts_with("/dev/")) return ask(name);
    open_how how{.flags = O_PATH | O_CLOEXEC, .mode = 0, .resolve = resolve_cached};
    const Descriptor found(
        static_cast<int>(::syscall(SYS_openat2, AT_FDCWD, name.c_str(), &how, sizeof how)));
    if (found.is_open()) {
        struct stat status {};
        auto identity = identity_of(::fstat(found.get(), &status), status);
        struct statx mount {};
        const bool known =
            ::statx(found.get(), "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, STATX_MNT_ID, &mount) == 0;
        if (identity && known) identity->mount = mount_of(mount).value_or(0);
        return identity;
    }
    throw_if_shortage(errno, name.native());
    const bool is_unsupported = errno == ENOSYS || errno == EINVAL || errno == EPERM;
    const bool may_be_it = name.filename() == expected.filename();
    return is_unsupported && may_be_it ? ask(name) : std::nullopt;
}

bool is_same_object(const Identity& one, const Identity& other) {
    if (one.is_block_device || other.is_block_device) {
        return one.is_block_device && other.is_block_device && one.number == other.number;
    }
    return one.file_system == other.file_system && one.inode == other.inode;
}

}  // namespace loopingcall::device::detail
