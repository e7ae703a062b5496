#include "presence.hpp"

#include <sys/stat.h>

#include <cerrno>
#include <system_error>

#include "identity.hpp"

namespace loopingcall::device::detail {

std::filesystem::path directory_of(dev_t device, const std::filesystem::path& sysfs) {
    return sysfs / "dev" / "block" / to_text(device);
}

std::uint64_t life_of(dev_t device, const std::filesystem::path& sysfs) {
    struct stat status {};
    const bool shown = ::stat(directory_of(device, sysfs).c_str(), &status) == 0;
    return shown ? status.st_ino : 0;
}

bool is_gone(dev_t device, const std::filesystem::path& sysfs) {
    struct stat status {};
    if (::stat(directory_of(device, sysfs).c_str(), &status) == 0 || errno != ENOENT) return false;
    std::error_code error;  // a masked directory is empty
    const std::filesystem::directory_iterator shown(sysfs / "dev" / "block", error);
    return !error && shown != std::filesystem::directory_iterator();
}

}  // namespace loopingcall::device::detail
