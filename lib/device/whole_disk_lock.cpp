#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <boost/system/system_error.hpp>
#include <cerrno>
#include <loopingcall/device/printable.hpp>
#include <loopingcall/device/whole_disk_lock.hpp>

#include "block_device.hpp"
#include "identity.hpp"

namespace loopingcall::device {

namespace {

boost::system::error_code last_error() { return {errno, boost::system::system_category()}; }

/// The node of the whole disk; of a file, the file itself.
std::filesystem::path disk_of(const std::filesystem::path& device) {
    const auto found = detail::identify_device(device);
    if (!found.identity) return device;
    if (!found.identity->is_block_device) return found.identity->path;
    const auto disk = detail::whole_disk_of(found.identity->number, "/sys");
    return disk.number == found.identity->number ? found.identity->path : disk.node;
}

}  // namespace

WholeDiskLock::WholeDiskLock(const std::filesystem::path& device) {
    if (const auto error = lock(device)) {
        throw boost::system::system_error(error, "cannot lock " + printable(disk_.native()));
    }
}

std::optional<WholeDiskLock> WholeDiskLock::try_lock(const std::filesystem::path& device,
                                                     boost::system::error_code& error) {
    WholeDiskLock lock;
    error = lock.lock(device);
    if (error) return std::nullopt;
    return lock;
}

WholeDiskLock::~WholeDiskLock() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

/// Opened for writing, so that udev looks at the disk when it is closed; read-only media cannot be,
/// and need no such look.
boost::system::error_code WholeDiskLock::lock(const std::filesystem::path& device) {
    disk_ = disk_of(device);
    const int flags = O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
    descriptor_ = ::open(disk_.c_str(), O_RDWR | flags);
    if (descriptor_ < 0 && (errno == EROFS || errno == EACCES)) {
        descriptor_ = ::open(disk_.c_str(), O_RDONLY | flags);
    }
    if (descriptor_ < 0) return last_error();
    if (::flock(descriptor_, LOCK_EX | LOCK_NB) == 0) return {};
    const auto error = last_error();
    ::close(std::exchange(descriptor_, -1));
    return error;
}

}  // namespace loopingcall::device
