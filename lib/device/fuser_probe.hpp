#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <filesystem>
#include <loopingcall/device/report.hpp>

namespace loopingcall::device::detail {

namespace asio = boost::asio;

/// Asks `fuser` once who uses `device`. Never fails: what goes wrong makes the answer unknown, and
/// says why. Only a cancellation is thrown, as `operation_aborted`.
///
/// fuser gets one absolute path with symbolic links resolved: it would read a relative one such as
/// `d/tcp` as a port, and never ends on a loop of links (psmisc 23.6).
asio::awaitable<Report> probe_with_fuser(std::filesystem::path device,
                                         std::chrono::nanoseconds timeout, bool strict);

}  // namespace loopingcall::device::detail
