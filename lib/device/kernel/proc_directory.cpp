#include "proc_directory.hpp"

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>

#include "shortage.hpp"

namespace loopingcall::device::detail {

process::detail::Descriptor open_place(int base, const char* path) noexcept {
    return process::detail::Descriptor(::openat(base, path, O_PATH | O_DIRECTORY | O_CLOEXEC));
}

// NOLINTNEXTLINE(cppcoreguidelines-pro-type-member-init): the buffer is for the kernel to fill
ProcDirectory::ProcDirectory(int base, const char* path) noexcept
    : directory_(::openat(base, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)),
      error_(directory_.is_open() ? 0 : errno) {}

const ProcDirectory::Entry* ProcDirectory::next_entry() {
    if (at_ == end_) {
        const long size =
            ::syscall(SYS_getdents64, directory_.get(), buffer_.data(), buffer_.size());
        if (size < 0) throw_unless_gone(errno, "getdents64");
        if (size <= 0) return nullptr;
        at_ = 0;
        end_ = static_cast<std::size_t>(size);
    }
    const auto* const entry = reinterpret_cast<const Entry*>(buffer_.data() + at_);  // NOLINT
    at_ += entry->length;
    return entry;
}

void ProcDirectory::rewind() noexcept {
    ::lseek(directory_.get(), 0, SEEK_SET);
    at_ = end_ = 0;
}

const char* ProcDirectory::next() {
    while (const Entry* const entry = next_entry()) {
        inode_ = entry->inode;
        const char* const name = entry->name;
        if (name[0] != '.') return name;
    }
    return nullptr;
}

std::optional<pid_t> ProcDirectory::next_number() {
    while (const char* const name = next()) {
        pid_t number = 0;
        const char* const end = name + std::strlen(name);
        const auto [stop, error] = std::from_chars(name, end, number);
        if (error == std::errc{} && stop == end) return number;
    }
    return std::nullopt;
}

int look_at(int base, const char* name, struct statx& found) noexcept {
    const int flags = AT_STATX_DONT_SYNC | AT_NO_AUTOMOUNT;
    const unsigned wanted = STATX_TYPE | STATX_INO | STATX_MNT_ID;
    return ::statx(base, name, flags, wanted, &found) == 0 ? 0 : errno;
}

std::optional<std::uint64_t> mount_of(const struct statx& found) noexcept {
    if ((found.stx_mask & STATX_MNT_ID) == 0) return std::nullopt;
    return found.stx_mnt_id;
}

ProcText read_text(int base, const char* name) {
    const process::detail::Descriptor file(::openat(base, name, O_RDONLY | O_CLOEXEC));
    if (!file.is_open()) return {.error = errno};
    ProcText text{.is_open = true};
    char buffer[16384];
    for (;;) {
        const ssize_t size = ::read(file.get(), buffer, sizeof buffer);
        if (size < 0 && errno == EINTR) continue;
        if (size < 0) text.error = errno;
        if (size <= 0) return text;
        text.text.append(buffer, static_cast<std::size_t>(size));
    }
}

std::string read_proc_file(int base, const char* name) {
    ProcText text = read_text(base, name);
    if (text.error != 0 && text.is_open) throw_unless_gone(text.error, name);
    throw_if_shortage(text.error, name);
    return std::move(text.text);
}

std::string first_line_of(const std::filesystem::path& file) {
    const std::string text = read_proc_file(AT_FDCWD, file.c_str());
    return text.substr(0, text.find('\n'));
}

}  // namespace loopingcall::device::detail
