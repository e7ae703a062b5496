#pragma once

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <loopingcall/default_token.hpp>
#include <loopingcall/device/report.hpp>
#include <loopingcall/time.hpp>
#include <optional>
#include <utility>
#include <vector>

namespace loopingcall::device {

/// One check that has been made, for those who show the progress of a wait.
struct Check {
    const Report& report;
    std::uint64_t number;       ///< of this check, from 1
    std::uint64_t max_retries;  ///< how many there may be
    TimePoint next;             ///< when the next one is due, if there is one
};

/// How a device is waited for. The first two are the options of Ironic's `[disk_partitioner]`, and
/// mean the same.
struct WaitOptions {
    /// From the start of one check to the start of the next; the first one is made at once.
    Duration check_device_interval = std::chrono::seconds{1};
    /// How many checks are made: at least 1. There is no pause after the last.
    std::uint64_t check_device_max_retries = 20;
    /// How long the whole wait may last. Zero: one check. Empty: no limit but the number of checks.
    std::optional<Duration> timeout = std::nullopt;
    /// How long one answer may take. A probe that takes longer is killed and the device unknown.
    Duration probe_timeout = std::chrono::seconds{10};
    /// Whether processes that could not be inspected make the answer unknown.
    bool strict = false;
    /// Called after each check, on the strand of the wait. What it throws ends the wait.
    std::function<void(const Check&)> on_check = nullptr;
};

/// How a wait ended.
struct WaitResult {
    /// The last check. Busy: the retries or the time ran out.
    Report report;
    std::uint64_t checks = 0;  ///< that were made
    Duration elapsed{0};       ///< from the beginning of the wait to its end
};

/// Busy before unknown before free: what several devices come to together.
[[nodiscard]] State worst_state(const std::vector<WaitResult>& results) noexcept;

/// The result in one sentence, which names the device and whoever holds it.
[[nodiscard]] std::string describe(const WaitResult& result);

namespace detail {

using WaitHandler = asio::any_completion_handler<void(std::exception_ptr, std::vector<WaitResult>)>;

void wait_until_free(const asio::any_io_executor& executor,
                     std::vector<std::filesystem::path> devices, WaitOptions options,
                     WaitHandler handler);

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

/// Waits until nothing uses any of the devices, by asking `fuser` about each of them at an
/// interval.
///
/// Instead of `sleep(3)` after partitioning, as in OpenStack Ironic. The devices are waited for at
/// the same time, each for itself: one that turns out to be unknown (missing, or fuser is missing,
/// hung, or killed) ends its own wait at once and no other's. A device may be any file.
///
/// @par Completion  `void(std::exception_ptr, std::vector<WaitResult>)`, a result a device in the
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
