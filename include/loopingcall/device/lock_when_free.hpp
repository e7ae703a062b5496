#pragma once

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <filesystem>
#include <loopingcall/default_token.hpp>
#include <loopingcall/device/wait_until_free.hpp>
#include <loopingcall/device/whole_disk_lock.hpp>
#include <loopingcall/export.hpp>
#include <utility>
#include <vector>

namespace loopingcall::device {

/// How a wait under the lock ended.
struct LockedWait {
    /// A result per device, in the order given.
    std::vector<WaitResult> results = {};
    /// The locks of the disks, if every device is free; otherwise empty. Disks that take no lock
    /// have none: device-mapper, md, drbd and zram; and those that an ancestor of this process has
    /// locked already. Destroy a lock to release it.
    std::vector<WholeDiskLock> locks = {};
};

namespace detail {

using LockHandler = asio::any_completion_handler<void(std::exception_ptr, LockedWait)>;

LOOPINGCALL_EXPORT void lock_when_free(const asio::any_io_executor& executor,
                                       std::vector<std::filesystem::path> devices,
                                       WaitOptions options, LockHandler handler);

/// Starts an async_lock_when_free(). A type with a name: token adapters learn the executor.
struct LockWhenFree {
    using executor_type = asio::any_io_executor;
    [[nodiscard]] executor_type get_executor() const noexcept { return executor; }

    template <class Handler>
    void operator()(Handler handler, std::vector<std::filesystem::path> devices,
                    WaitOptions options) const {
        lock_when_free(executor, std::move(devices), std::move(options), std::move(handler));
    }

    asio::any_io_executor executor;
};

}  // namespace detail

/// Waits until nothing uses any of the devices, and holds the locks of their disks from before the
/// last check on.
///
/// udev opens no disk that is locked. So nothing of udev comes between the last check and the next
/// step, nor into it, for as long as the locks live: `udevadm lock --device`, and the check. udev
/// does what it has put off when they are released.
///
/// Each attempt takes the locks, in the order of the numbers of the disks, so that two of these
/// waits never wait for each other; then all devices are checked once. If one is in use, the locks
/// are released until it is free. A lock that another process holds counts as busy; the attempts
/// count as checks, and the options have the meanings of async_wait_until_free(). If udevd uses
/// another /dev, as on the host of a container, the lock would not keep it away: the state is
/// unknown, and the reason says so.
///
/// @par Completion  `void(std::exception_ptr, LockedWait)`, exactly once, never inside this call.
/// @par Cancellation  total, partial, terminal: completes with `system_error(operation_aborted)`;
///      no lock is left.
/// @par Executor, errors  as async_wait_until_free().
template <asio::completion_token_for<void(std::exception_ptr, LockedWait)> Token = default_token>
auto async_lock_when_free(asio::any_io_executor executor,
                          std::vector<std::filesystem::path> devices, WaitOptions options = {},
                          Token&& token = Token{}) {
    return asio::async_initiate<Token, void(std::exception_ptr, LockedWait)>(
        detail::LockWhenFree{std::move(executor)}, token, std::move(devices), std::move(options));
}

}  // namespace loopingcall::device
