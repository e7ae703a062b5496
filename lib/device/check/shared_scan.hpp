#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <loopingcall/time.hpp>
#include <memory>
#include <optional>
#include <vector>

#include "device/scan/process_scan.hpp"

namespace loopingcall::device::detail {

namespace asio = boost::asio;

/// One scan of /proc for all checks at the same time: it costs the same for one device as for
/// many.
///
/// A check that asks while a scan is at work waits for the next one, since this one may have passed
/// the process that matters. On one strand.
class SharedScan : public std::enable_shared_from_this<SharedScan> {
  public:
    SharedScan(asio::any_io_executor strand, IgnoredProcesses ignored)
        : strand_(std::move(strand)), ignored_(std::move(ignored)) {}

    /// What there is to know of one device, and of all processes; nothing if the time was up.
    /// Throws `operation_aborted` if cancelled; others that share the scan are not affected.
    asio::awaitable<std::optional<ProcessScan>> scan(ScanTarget target, Duration time_limit);

  private:
    struct Batch;

    asio::awaitable<void> work();

    asio::any_io_executor strand_;
    const IgnoredProcesses ignored_;
    std::shared_ptr<Batch> next_;
    bool working_ = false;
};

}  // namespace loopingcall::device::detail
