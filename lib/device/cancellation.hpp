#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <memory>

namespace loopingcall::device::detail {

namespace asio = boost::asio;

/// Hands a cancellation of the wait to its strand, by a signal that lives as long as either needs
/// it. co_spawn of Boost 1.81 keeps the address of something in the memory of the user's signal on
/// its way there, and the user may let that go as soon as the wait is over.
std::shared_ptr<asio::cancellation_signal> cancellation_of(asio::cancellation_slot slot,
                                                           const asio::any_io_executor& strand);

}  // namespace loopingcall::device::detail
