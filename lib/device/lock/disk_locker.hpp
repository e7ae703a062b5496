#pragma once

#include <boost/asio/awaitable.hpp>
#include <filesystem>
#include <loopingcall/device/whole_disk_lock.hpp>
#include <loopingcall/time.hpp>
#include <optional>
#include <string>
#include <vector>

#include "device/udev/udev_disk.hpp"
#include "process/launch/descriptor.hpp"

namespace loopingcall::device::detail {

namespace asio = boost::asio;

/// The disks to be locked for these devices: each once, in the order of their numbers, without
/// those that take no lock or that are locked for us already. Nothing for a device that is missing
/// or not a block device. Blocks as long as the file systems of the devices do.
std::vector<UdevDisk> disks_to_lock(const std::vector<std::filesystem::path>& devices);

/// Takes the locks of disks one after the other.
class DiskLocker {
  public:
    explicit DiskLocker(std::vector<UdevDisk> disks) : disks_(std::move(disks)) {}
    ~DiskLocker();
    DiskLocker(const DiskLocker&) = delete;
    DiskLocker& operator=(const DiskLocker&) = delete;

    /// Tries to take the locks that are missing, without waiting for their holders.
    /// @return whether all are taken.
    /// Throws `boost::system::system_error` if a disk cannot be opened in `limit`.
    asio::awaitable<bool> try_all(Duration limit);

    /// The disk whose lock another process holds, after try_all() has returned false.
    [[nodiscard]] const UdevDisk& missing() const { return disks_.at(locks_.size()); }

    std::vector<WholeDiskLock> take() { return std::move(locks_); }

  private:
    std::vector<UdevDisk> disks_;
    std::vector<WholeDiskLock> locks_;
    /// Of the disk that is missing: open, and not locked.
    process::detail::Descriptor opened_{};
};

/// Why locking these disks would keep neither udev nor others away, with the remedy: the first
/// reason, or nothing. Blocks like disks_to_lock().
std::string problem_with_locks(const std::vector<UdevDisk>& disks);

/// "sfdisk 512": the holder of the lock of a disk.
std::string lock_owners(const UdevDisk& disk);

}  // namespace loopingcall::device::detail
