#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/system/system_error.hpp>
#include <cerrno>
#include <loopingcall/device/printable.hpp>
#include <loopingcall/device/whole_disk_lock.hpp>

#include "device/kernel/identity.hpp"
#include "device/kernel/opened_by_us.hpp"
#include "device/openings/udev_node.hpp"
#include "device/udev/udev_disk.hpp"

namespace loopingcall::device {

namespace {

boost::system::error_code last_error() { return {errno, boost::system::system_category()}; }

/// The node of the whole disk that udev locks; of a file, the file itself.
std::filesystem::path disk_of(const std::filesystem::path& device) {
    const auto found = detail::identify_device(device);
    if (!found.identity) return device;
    if (!found.identity->is_block_device) return found.identity->path;
    const auto node = detail::find_udev_disk(found.identity->number).node;
    std::error_code error;
    // Without sysfs, the name of its node is not known.
    return std::filesystem::is_block_file(node, error) ? node : found.identity->path;
}

}  // namespace

bool is_lock_of_disk(const std::filesystem::path& path, const std::filesystem::path& device) {
    struct stat one {};
    struct stat other {};
    if (::stat(path.c_str(), &one) != 0 || ::stat(disk_of(device).c_str(), &other) != 0)
        return false;
    return one.st_dev == other.st_dev && one.st_ino == other.st_ino;
}

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
    if (descriptor_ < 0) return;
    std::optional<detail::OwnOpening> own;
    try {
        own.emplace(disk_);
    } catch (const std::exception&) {
        // No memory: a wait of this process takes the closing for one of others.
    }
    ::close(descriptor_);
}

WholeDiskLock WholeDiskLock::adopt(std::filesystem::path disk, int descriptor) noexcept {
    WholeDiskLock lock;
    lock.disk_ = std::move(disk);
    lock.descriptor_ = descriptor;
    return lock;
}

/// Read-only, as udev itself does: closing a node after writing makes udev read the table of
/// partitions again and open all of them.
boost::system::error_code WholeDiskLock::lock(const std::filesystem::path& device) {
    disk_ = disk_of(device);
    std::error_code no_node;
    if (std::filesystem::is_block_file(disk_, no_node) &&
        !detail::problem_with_node(disk_).empty()) {
        return make_error_code(boost::system::errc::cross_device_link);
    }
    const detail::OwnOpening own(disk_);
    descriptor_ = ::open(disk_.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (descriptor_ < 0) return last_error();
    if (::flock(descriptor_, LOCK_EX | LOCK_NB) == 0) return {};
    const auto error = last_error();
    ::close(std::exchange(descriptor_, -1));
    return error;
}

}  // namespace loopingcall::device
