#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include "device/kernel/udev_places.hpp"
#include "udev_control.hpp"

namespace loopingcall::device::detail {

namespace asio = boost::asio;

/// Pings udevd, and waits until it answers. `connection` is where; closing it ends the wait with
/// `no_answer`. Never throws.
asio::awaitable<Ping> ping_udevd(UdevPlaces places, asio::posix::stream_descriptor& connection);

}  // namespace loopingcall::device::detail
