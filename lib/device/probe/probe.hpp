#pragma once

#include <boost/asio/awaitable.hpp>
#include <loopingcall/device/wait_until_free.hpp>

#include "device/kernel/identity.hpp"

namespace loopingcall::device::detail {

/// Asks `fuser` or `lsof` once for the users of a device. Never fails: what goes wrong makes the
/// answer unknown, and says why. Only a cancellation is thrown, as `operation_aborted`.
///
/// They get one absolute path with symbolic links resolved: fuser would read a relative one such as
/// `d/tcp` as a port, and never ends on a loop of links (psmisc 23.6).
asio::awaitable<Report> ask_program(Identity device, const WaitOptions& options);

}  // namespace loopingcall::device::detail
