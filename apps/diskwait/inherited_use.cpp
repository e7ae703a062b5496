#include "inherited_use.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <cstdint>
#include <loopingcall/device/printable.hpp>
#include <optional>
#include <system_error>

namespace diskwait {

namespace {

namespace fs = std::filesystem;

std::optional<std::uint64_t> mount_of(const char* path, bool must_be_its_root) {
    struct statx found {};
    const int flags = AT_STATX_DONT_SYNC | AT_NO_AUTOMOUNT;
    if (::statx(AT_FDCWD, path, flags, STATX_MNT_ID, &found) != 0) return std::nullopt;
    if ((found.stx_mask & STATX_MNT_ID) == 0) return std::nullopt;
    const bool is_root = (found.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0;
    if (must_be_its_root && !is_root) return std::nullopt;
    return found.stx_mnt_id;
}

bool is_inherited(const fs::path& link) {
    const int flags = ::fcntl(std::stoi(link.filename().string()), F_GETFD);
    return flags >= 0 && (flags & FD_CLOEXEC) == 0;
}

/// Empty if COMMAND will not use it.
std::string use_of(std::uint64_t mount) {
    if (mount_of("/proc/self/cwd", false) == mount) return "working directory";
    if (mount_of("/proc/self/root", false) == mount) return "root directory";
    std::error_code error;
    for (fs::directory_iterator entry("/proc/self/fd", error), end; !error && entry != end;
         entry.increment(error)) {
        const fs::path& link = entry->path();
        if (!is_inherited(link) || mount_of(link.c_str(), false) != mount) continue;
        return "descriptor " + link.filename().string();
    }
    return {};
}

}  // namespace

std::vector<std::string> inherited_uses(const std::vector<fs::path>& devices) {
    std::vector<std::string> uses;
    for (const fs::path& device : devices) {
        const auto mount = mount_of(device.c_str(), true);
        const std::string what = mount ? use_of(*mount) : std::string();
        if (what.empty()) continue;
        uses.push_back(loopingcall::device::printable(device.native()) +
                       " will be in use by COMMAND, which has the " + what +
                       " of diskwait there; start diskwait from elsewhere");
    }
    return uses;
}

}  // namespace diskwait
