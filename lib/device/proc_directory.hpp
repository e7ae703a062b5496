#pragma once

#include <dirent.h>
#include <sys/stat.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace loopingcall::device::detail {

/// The entries of a directory of /proc, without those for itself and its parent.
class ProcDirectory {
  public:
    /// @param base  a descriptor of the directory that `path` is relative to, or AT_FDCWD.
    ProcDirectory(int base, const char* path) noexcept;

    [[nodiscard]] bool is_open() const noexcept { return directory_ != nullptr; }
    /// Why it is not open.
    [[nodiscard]] int error() const noexcept { return error_; }
    [[nodiscard]] int descriptor() const noexcept { return ::dirfd(directory_.get()); }

    /// The next name, or null.
    const char* next() noexcept;
    /// The next name that is a number; other names are passed over.
    std::optional<pid_t> next_number() noexcept;

  private:
    struct Close {
        void operator()(DIR* directory) const noexcept { ::closedir(directory); }
    };
    std::unique_ptr<DIR, Close> directory_;
    int error_ = 0;
};

/// What a link of /proc leads to, without asking its file system and without mounting it.
/// @return 0, or an errno.
int look_at(int base, const char* name, struct statx& found) noexcept;

/// A file of /proc, whole; empty if it cannot be read.
std::string read_proc_file(int base, const char* name);

}  // namespace loopingcall::device::detail
