#pragma once

#include <sys/types.h>

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <loopingcall/default_token.hpp>
#include <loopingcall/device/report.hpp>
#include <loopingcall/device/wait_control.hpp>
#include <loopingcall/export.hpp>
#include <loopingcall/time.hpp>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace loopingcall::device {

/// One check that has been made, for programs that show the progress of a wait.
struct Check {
    const Report& report;
    std::uint64_t number;       ///< of checks so far, from 1; those of early wakes do not count
    std::uint64_t max_retries;  ///< how many there may be
    TimePoint next;             ///< when the next one is due, if there is one
    /// For how long the wait may go on at most, with the quiet period. Empty if that is not known:
    /// after the last check, without an interval, and after a check that took longer than that.
    std::optional<Duration> left = std::nullopt;
    bool early_wake = false;  ///< whether an early wake brought it
    /// Why an early wake cannot be counted on; empty unless the kernel refused something.
    std::string no_early_wake = {};
};

/// How to find the processes that use a device. Probes differ in speed and in what they need. The
/// built-in scan checks again what a probe finds free, so that all probes agree on the state.
enum class Probe : unsigned char {
    fuser,   ///< psmisc, as in Ironic
    lsof,    ///< lsof; slower than fuser
    procfs,  ///< the built-in scan of /proc: no child, one scan for all devices that are due
};

/// The probe's name, as in the source.
LOOPINGCALL_EXPORT const char* to_string(Probe probe) noexcept;

/// The options of a wait. The first two are the options of Ironic's `[disk_partitioner]`, with the
/// same meaning; the other options are in that section, too.
struct WaitOptions {
    /// From the start of one check to the start of the next; the first one is made at once. Zero:
    /// no pause between checks.
    Duration check_device_interval = std::chrono::seconds{1};
    /// Maximum number of checks: at least 1. There is no pause after the last. Extra checks, which
    /// early wakes cause, do not count. The time in which a device is free and waits for others
    /// counts if it is in use again: the limit holds for the wait as a whole.
    std::uint64_t check_device_max_retries = 20;
    /// Timeout of the whole wait. Zero: one check. Empty: only the number of checks is limited.
    std::optional<Duration> check_device_timeout = std::nullopt;
    /// How to find the processes that use a device.
    Probe check_device_probe = Probe::fuser;
    /// Timeout of one check, without the time that it waits for its turn when there are many
    /// devices. When it expires, the probe is killed or abandoned, and the state is unknown.
    Duration check_device_probe_timeout = std::chrono::seconds{10};
    /// How long a device has to stay free to be reported as free. The period begins again with
    /// every opening that inotify reports, even if it is over before the next check. It may
    /// end after the last check, but has to begin before: an opening after that makes the state
    /// unknown. So does the end of the wait before that of the period.
    Duration check_device_quiet = Duration::zero();
    /// Count use by the kernel as busy: mounts, swap, device-mapper and md, loop devices, exclusive
    /// opens.
    bool check_device_kernel_claims = true;
    /// Count uses of the partitions of a disk.
    bool check_device_children = true;
    /// Count a block device as busy while systemd-udevd has events of its disk queued or in
    /// process, and while another process holds the disk's lock by systemd's convention. Without a
    /// running udevd, the wait does not change. Events of other disks delay the state by 200 ms and
    /// one event of the disk itself, which root asks the kernel for.
    bool check_device_udev = true;
    /// Report unknown instead of free if anything could not be inspected: processes, descriptors on
    /// their way through a socket.
    bool check_device_strict = false;
    /// Make an extra check as soon as a holder of a busy device exits, its node is closed or made
    /// again, or something is unmounted. The kernel reports no event for the end of some claims,
    /// such as a umount that is still writing: these are checked after growing pauses, from 10 ms
    /// to 1 s. The interval stays as the fallback.
    bool check_device_early_wake = true;
    /// Maximum number of checks at the same time: at least 1.
    std::size_t check_device_concurrency = 8;
    /// Wait for a device that is missing, instead of reporting it as unknown at once: also when it
    /// vanishes and comes back later, or another one takes its name. A device that comes back is
    /// checked like a new one, by what is left of the checks and the time.
    bool wait_for_device = false;
    /// The program, with its arguments, that runs another one as root: `{"sudo", "-n"}`. It makes
    /// each whole check, by `diskwait --one-check`, unless this process may inspect all others
    /// itself. If that fails, the state is unknown. Empty: each check is made by this process.
    std::vector<std::string> root_helper = {};
    /// The diskwait that it runs, with arguments if need be; empty: the one in its PATH. Not a
    /// string: g++ 12 copies options in a co_await byte by byte, which a short string does not
    /// survive.
    std::vector<std::string> root_helper_program = {};
    /// Processes that do not count as holders, and are not inspected. Which process a pid means is
    /// found out when the wait begins: another one that gets the pid later counts.
    std::vector<pid_t> ignored_pids = {};
    /// Changes the interval and the number of checks while the wait runs; may be null.
    std::shared_ptr<WaitControl> control = nullptr;
    /// Look up the tree of uses at the end of the wait (Report::tree), even of a device that is
    /// free or has no claims. It takes about as long as a scan of /proc.
    bool explain = false;
    /// Called after each check, on the strand of the wait. What it throws ends the wait.
    std::function<void(const Check&)> on_check = nullptr;
};

/// How a wait ended.
struct WaitResult {
    /// The last check. Busy: the retries or the time ran out.
    Report report;
    std::uint64_t checks = 0;             ///< that were made, those of early wakes included
    std::chrono::nanoseconds elapsed{0};  ///< from the beginning of the wait to its end
};

/// The worst state of several devices: busy before unknown before free.
[[nodiscard]] LOOPINGCALL_EXPORT State worst_state(const std::vector<WaitResult>& results) noexcept;

/// The result in one sentence, which names the device and its holders.
[[nodiscard]] LOOPINGCALL_EXPORT std::string describe(const WaitResult& result);

namespace detail {

using WaitHandler = asio::any_completion_handler<void(std::exception_ptr, std::vector<WaitResult>)>;

LOOPINGCALL_EXPORT void wait_until_free(const asio::any_io_executor& executor,
                                        std::vector<std::filesystem::path> devices,
                                        WaitOptions options, WaitHandler handler);

/// Starts an async_wait_until_free(). A type with a name: token adapters learn the executor.
struct WaitUntilFree {
    using executor_type = asio::any_io_executor;
    [[nodiscard]] executor_type get_executor() const noexcept { return executor; }

    template <class Handler>
    void operator()(Handler handler, std::vector<std::filesystem::path> devices,
                    WaitOptions options) const {
        wait_until_free(executor, std::move(devices), std::move(options), std::move(handler));
    }

    asio::any_io_executor executor;
};

}  // namespace detail

/// Waits until nothing uses any of the devices: checks each device at an interval, and as soon as
/// something changes.
///
/// Instead of `sleep(3)` after partitioning, as in OpenStack Ironic. The devices are waited for at
/// the same time. A device that turns out to be unknown (missing, replaced by another, or the probe
/// is missing, hung, or killed) ends its own wait at once and no other's. A device may be any file.
///
/// A mount point is free when nothing uses the file system that is mounted there, so that umount(2)
/// succeeds. What uses it through another mount does not count, unless umount would remove that,
/// too. A use by this process itself does not count either. A check asks the kernel
/// by umount2() with MNT_EXPIRE, which unmounts nothing under the lock that it holds meanwhile, a
/// BSD lock on /proc/self/ns/mnt.
///
/// Several devices are free only together: if one of them was found in use, all of them are checked
/// once more when the last one has become free. A device that is in use again by then is waited for
/// by what is left of the checks and the time of the wait.
///
/// A device is free only if each source of evidence that applies to it was read and shows no use
/// (Report::evidence). To find uses that no table shows, a check opens a block device exclusively,
/// and takes a write lease on a regular file for some microseconds: others may see that.
/// Uses that nothing on Linux shows: lib/device/README.md.
///
/// @par Completion  `void(std::exception_ptr, std::vector<WaitResult>)`, a result per device in the
///      order given; exactly once, never inside this call. A device that stays busy is a result,
///      not an error.
/// @par Cancellation  total, partial, terminal: a probe that runs is ended; completes with
///      `system_error(operation_aborted)` once it is.
/// @par Executor  the work is done on a strand of `executor`, `on_check` included; the completion
/// runs on the handler's.
/// @par Errors  `std::invalid_argument` for options out of range; what `on_check` throws.
template <asio::completion_token_for<void(std::exception_ptr, std::vector<WaitResult>)> Token =
              default_token>
auto async_wait_until_free(asio::any_io_executor executor,
                           std::vector<std::filesystem::path> devices, WaitOptions options = {},
                           Token&& token = Token{}) {
    return asio::async_initiate<Token, void(std::exception_ptr, std::vector<WaitResult>)>(
        detail::WaitUntilFree{std::move(executor)}, token, std::move(devices), std::move(options));
}

}  // namespace loopingcall::device
