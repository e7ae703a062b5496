#pragma once

#include <sys/stat.h>

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "process/launch/descriptor.hpp"

namespace loopingcall::device::detail {

/// A directory that others are opened from, and whose entries are not asked for.
process::detail::Descriptor open_place(int base, const char* path) noexcept;

/// The entries of a directory of /proc, without those for itself and its parent. Not by opendir(),
/// which asks for three things more each time.
class ProcDirectory {
  public:
    /// @param base  a descriptor of the directory that `path` is relative to, or AT_FDCWD.
    ProcDirectory(int base, const char* path) noexcept;

    [[nodiscard]] bool is_open() const noexcept { return directory_.is_open(); }
    /// Why it is not open.
    [[nodiscard]] int error() const noexcept { return error_; }
    [[nodiscard]] int descriptor() const noexcept { return directory_.get(); }

    /// The next name, until the one after it is asked for; or null.
    /// @throws std::system_error for a shortage, as read_proc_file() does.
    const char* next();
    /// The next name that is a number; other names are passed over.
    std::optional<pid_t> next_number();
    /// The inode of what next() named last.
    [[nodiscard]] ino_t inode() const noexcept { return inode_; }
    /// Begins again with the first name.
    void rewind() noexcept;

  private:
    /// linux_dirent64 of the kernel: C libraries differ in whether they name it, and getdents64.
    struct Entry {
        std::uint64_t inode;
        std::int64_t offset;
        std::uint16_t length;
        std::uint8_t type;
        char name[1];  // and more of them
    };
    const Entry* next_entry();

    process::detail::Descriptor directory_;
    int error_ = 0;
    std::size_t at_ = 0;
    std::size_t end_ = 0;
    ino_t inode_ = 0;
    alignas(Entry) std::array<char, 8192> buffer_;
};

/// What a link of /proc leads to, without asking its file system and without mounting it.
/// @return 0, or an errno.
int look_at(int base, const char* name, struct statx& found) noexcept;

/// The number of the mount that it was reached through; nothing where the kernel does not
/// report it (Linux before 5.8).
std::optional<std::uint64_t> mount_of(const struct statx& found) noexcept;

/// A file of /proc, as far as it could be read, and the errno that ended that; 0 at its end.
struct ProcText {
    std::string text = {};
    int error = 0;
    bool is_open = false;
};
ProcText read_text(int base, const char* name);

/// A file of /proc or sysfs, whole; empty if it is not there, or is not shown to us.
/// @throws std::system_error for a shortage or an error of reading: that it is empty is not known
/// then.
std::string read_proc_file(int base, const char* name);

/// The first line of such a file, without its end.
std::string first_line_of(const std::filesystem::path& file);

}  // namespace loopingcall::device::detail
