#include "proc_directory.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>

#include "process/descriptor.hpp"

namespace loopingcall::device::detail {

ProcDirectory::ProcDirectory(int base, const char* path) noexcept {
    process::detail::Descriptor opened(::openat(base, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (opened.is_open()) directory_.reset(::fdopendir(opened.get()));
    if (!directory_) {
        error_ = errno;
        return;
    }
    opened.release();
}

const char* ProcDirectory::next() noexcept {
    while (const dirent* const entry = ::readdir(directory_.get())) {
        if (entry->d_name[0] != '.') return entry->d_name;
    }
    return nullptr;
}

std::optional<pid_t> ProcDirectory::next_number() noexcept {
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
    return ::statx(base, name, flags, STATX_TYPE | STATX_INO, &found) == 0 ? 0 : errno;
}

std::string read_proc_file(int base, const char* name) {
    const process::detail::Descriptor file(::openat(base, name, O_RDONLY | O_CLOEXEC));
    std::string text;
    char buffer[16384];
    while (file.is_open()) {
        const ssize_t size = ::read(file.get(), buffer, sizeof buffer);
        if (size <= 0) break;
        text.append(buffer, static_cast<std::size_t>(size));
    }
    return text;
}

}  // namespace loopingcall::device::detail
