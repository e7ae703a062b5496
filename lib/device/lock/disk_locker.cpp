#include "disk_locker.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <algorithm>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>
#include <cerrno>
#include <functional>
#include <loopingcall/device/printable.hpp>

#include "device/kernel/identity.hpp"
#include "device/kernel/opened_by_us.hpp"
#include "device/openings/disk_locks.hpp"
#include "device/openings/udev_node.hpp"
#include "device/run_in_background.hpp"

namespace loopingcall::device::detail {

namespace {

using OwnedDescriptor = process::detail::Descriptor;

struct Opened {
    int error = 0;
    OwnedDescriptor descriptor{};
};

/// Read-only: a disk that is closed after writing is an event for udev. The name may belong to
/// another device by now.
Opened open_disk(const UdevDisk& disk) {
    Opened opened;
    const OwnOpening own(disk.node);
    opened.descriptor =
        OwnedDescriptor(::open(disk.node.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
    struct stat status {};
    if (!opened.descriptor.is_open() || ::fstat(opened.descriptor.get(), &status) != 0) {
        opened.error = errno;
    } else if (!S_ISBLK(status.st_mode) || status.st_rdev != disk.number) {
        opened.error = ENXIO;
    }
    return opened;
}

}  // namespace

std::vector<UdevDisk> disks_to_lock(const std::vector<std::filesystem::path>& devices) {
    std::vector<UdevDisk> disks;
    for (const auto& device : devices) {
        const Identified identified = identify_device(device);
        if (!identified.identity || !identified.identity->is_block_device) continue;
        UdevDisk disk = find_udev_disk(identified.identity->number);
        if (disk.lockable) disks.push_back(std::move(disk));
    }
    const auto number = [](const UdevDisk& disk) { return disk.number; };
    std::ranges::sort(disks, {}, number);
    const auto [first, last] = std::ranges::unique(disks, {}, number);
    disks.erase(first, last);
    std::erase_if(disks, [](const UdevDisk& disk) { return is_locked_by_us(disk.node); });
    return disks;
}

DiskLocker::~DiskLocker() {
    if (!opened_.is_open()) return;
    const OwnOpening own(missing().node);
    opened_ = OwnedDescriptor();
}

asio::awaitable<bool> DiskLocker::try_all(Duration limit) {
    while (locks_.size() < disks_.size()) {
        const UdevDisk& disk = disks_[locks_.size()];
        if (!opened_.is_open()) {
            std::function<std::shared_ptr<Opened>()> open = [disk] {
                return std::make_shared<Opened>(open_disk(disk));
            };
            const auto opened = co_await find_in_background(open, limit);
            const int error = opened ? (*opened)->error : ETIMEDOUT;
            if (error != 0) {
                throw boost::system::system_error(error, boost::system::system_category(),
                                                  "cannot lock " + printable(disk.node.native()));
            }
            opened_ = std::move((*opened)->descriptor);
        }
        if (::flock(opened_.get(), LOCK_EX | LOCK_NB) != 0) co_return false;
        locks_.push_back(WholeDiskLock::adopt(disk.node, opened_.release()));
    }
    co_return true;
}

std::string problem_with_locks(const std::vector<UdevDisk>& disks) {
    for (const UdevDisk& disk : disks) {
        if (problem_with_node(disk.node).empty()) continue;
        return "a lock on " + printable(disk.node.native()) +
               " would not keep systemd-udevd away, which uses another /dev; mount that one here, "
               "or wait without the lock";
    }
    return {};
}

std::string lock_owners(const UdevDisk& disk) {
    const DiskLocks locks = find_disk_locks(disk.node);
    std::string text;
    for (const auto* const owners : {&locks.workers, &locks.others}) {
        for (const DiskLocks::Owner& owner : *owners) {
            if (!text.empty()) text += ", ";
            text += owner.command.empty() ? "process" : owner.command;
            text += ' ' + std::to_string(owner.pid);
        }
    }
    return text.empty() ? "a process that cannot be seen" : text;
}

}  // namespace loopingcall::device::detail
