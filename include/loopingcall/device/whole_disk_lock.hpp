#pragma once

#include <boost/system/error_code.hpp>
#include <filesystem>
#include <loopingcall/export.hpp>
#include <optional>
#include <utility>

namespace loopingcall::device {

/// Whether a lock on the node `path` is the lock of the disk that `device` is, or is a partition
/// of. Blocks as long as the file systems of both do.
[[nodiscard]] LOOPINGCALL_EXPORT bool is_lock_of_disk(const std::filesystem::path& path,
                                                      const std::filesystem::path& device);

/// Keeps udev, and programs that follow systemd's convention, from a disk for as long as it lives.
/// A program that partitions or formats a disk takes an exclusive BSD lock on the node of the whole
/// disk, and udev does not probe a locked disk (systemd, "Locking Block Device Access").
///
///     WholeDiskLock lock("/dev/sda1");      // locks /dev/sda
///     partition();
///     co_await device::async_wait_until_free(executor, {"/dev/sda"});
///
/// A wait never counts this process, so the lock is not a use. The lock is advisory: it does
/// not stop programs that never request it, or that use another /dev, as in a container: a lock
/// belongs to the inode of a node. The node is the one that udev uses, and it is opened
/// read-only: releasing the lock causes no event. udev itself does what it has put off a moment
/// after that, as with `udevadm lock`.
///
/// Opening a node and locking it may block in the kernel if the device is dead.
///
/// @par Thread safety  distinct objects are independent.
class LOOPINGCALL_EXPORT WholeDiskLock {
  public:
    /// Locks the disk that `device` is, or is a partition of. Does not wait.
    /// @throws boost::system::system_error  `resource_unavailable_try_again` if another process
    ///         holds the lock; `cross_device_link` if udevd uses another /dev, so that the lock
    ///         would not keep it away; otherwise the error of opening the disk. The message names
    ///         the disk.
    explicit WholeDiskLock(const std::filesystem::path& device);

    /// The same without throwing: empty, with `error`, if the lock is not available.
    static std::optional<WholeDiskLock> try_lock(const std::filesystem::path& device,
                                                 boost::system::error_code& error);

    WholeDiskLock(WholeDiskLock&& other) noexcept
        : disk_(std::move(other.disk_)), descriptor_(std::exchange(other.descriptor_, -1)) {}
    WholeDiskLock& operator=(WholeDiskLock&& other) noexcept {
        std::swap(disk_, other.disk_);
        std::swap(descriptor_, other.descriptor_);
        return *this;
    }
    /// Releases the lock.
    ~WholeDiskLock();

    /// The node that is locked.
    [[nodiscard]] const std::filesystem::path& disk() const noexcept { return disk_; }

    /// A lock that is taken already, by its descriptor. For the library.
    static WholeDiskLock adopt(std::filesystem::path disk, int descriptor) noexcept;

  private:
    WholeDiskLock() = default;
    boost::system::error_code lock(const std::filesystem::path& device);

    std::filesystem::path disk_;
    int descriptor_ = -1;
};

}  // namespace loopingcall::device
