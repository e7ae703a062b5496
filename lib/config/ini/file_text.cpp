#include "file_text.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>

namespace loopingcall::config::detail {

namespace {

namespace fs = std::filesystem;

/// More than any real file has: an endless one, such as /dev/zero, is refused.
constexpr std::size_t largest = 64UL << 20U;

constexpr mode_t writable_by_others = S_IWGRP | S_IWOTH;

bool is_root() { return ::geteuid() == 0; }

std::string owner_of(const struct stat& file) {
    return "belongs to the user " + std::to_string(file.st_uid) + ", not to root";
}

std::string problem_with_rights(const struct stat& file) {
    if (file.st_uid != 0) return "it " + owner_of(file);
    if ((file.st_mode & writable_by_others) != 0) return "users other than root may write to it";
    return {};
}

/// A user with write access to a directory may replace what is in it, unless it is sticky.
/// The owner of a link to the directory may do so in any case.
std::string why_directory_not_trusted(const fs::path& directory, bool is_nearest) {
    const std::string name = is_nearest ? "its directory" : "the directory " + directory.string();
    struct stat found {};
    if (::lstat(directory.c_str(), &found) != 0) return {};  // then neither can the file be read
    if (found.st_uid != 0) return name + ' ' + owner_of(found);
    const bool is_open = !S_ISLNK(found.st_mode) && (found.st_mode & writable_by_others) != 0;
    if (!is_open || (found.st_mode & S_ISVTX) != 0) return {};
    return "users other than root may replace " +
           (is_nearest ? "it" : "what is in the directory " + directory.string());
}

/// Looks at each directory on the way to a path, from the last to the first.
std::string why_way_not_trusted(const fs::path& path) {
    const fs::path nearest = path.parent_path();
    for (fs::path directory = nearest;; directory = directory.parent_path()) {
        std::string why = why_directory_not_trusted(directory, directory == nearest);
        if (!why.empty() || !directory.has_relative_path()) return why;
    }
}

class Descriptor {
  public:
    explicit Descriptor(int number) : number_(number) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() {
        if (number_ >= 0) ::close(number_);
    }
    [[nodiscard]] int number() const { return number_; }

  private:
    int number_;
};

/// @param may_block  as long as a pipe has no writer.
int open_to_read(const fs::path& path, bool may_block) {
    const int flags = O_RDONLY | O_CLOEXEC | O_NOCTTY | (may_block ? 0 : O_NONBLOCK);
    int number = -1;
    do number = ::open(path.c_str(), flags);
    while (number < 0 && errno == EINTR);
    return number;
}

FileText failure(const char* what) { return {.error = what + std::string(std::strerror(errno))}; }

}  // namespace

std::string why_not_trusted(const fs::path& path) {
    if (!is_root()) return {};
    struct stat found {};
    struct stat link {};
    if (::lstat(path.c_str(), &link) != 0 || ::stat(path.c_str(), &found) != 0) return {};
    if (link.st_uid != 0) return "it " + owner_of(link);
    std::string why = problem_with_rights(found);
    if (!why.empty()) return why;
    std::error_code error;
    const fs::path target = fs::canonical(path, error);
    if (error) return "its path cannot be followed: " + error.message();
    // Links among its directories have been followed in the second.
    why = why_way_not_trusted(fs::absolute(path));
    return why.empty() ? why_way_not_trusted(target) : why;
}

FileText read_text(const fs::path& path, bool must_be_trusted) {
    const Descriptor file(open_to_read(path, !must_be_trusted));
    if (file.number() < 0) return failure("cannot be opened: ");
    struct stat opened {};
    if (::fstat(file.number(), &opened) != 0) return failure("cannot be read: ");
    if (must_be_trusted && S_ISFIFO(opened.st_mode)) {
        return {.error = "is a pipe, not a file; name it with --config-file if it is to be read"};
    }
    // It may have been replaced since the check.
    if (must_be_trusted && is_root() && !problem_with_rights(opened).empty()) {
        return {.error = "is not read: it has been replaced meanwhile"};
    }
    FileText read;
    char buffer[65536];
    for (;;) {
        const ssize_t bytes = ::read(file.number(), buffer, sizeof buffer);
        if (bytes < 0 && errno == EINTR) continue;
        if (bytes < 0) return failure("cannot be read: ");
        if (bytes == 0) return read;
        read.text.append(buffer, static_cast<std::size_t>(bytes));
        if (read.text.size() > largest) return {.error = "is larger than 64 MiB"};
    }
}

}  // namespace loopingcall::config::detail
