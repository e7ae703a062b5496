#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/consign.hpp>
#include <boost/asio/strand.hpp>
#include <memory>
#include <utility>

namespace loopingcall::device::detail {

namespace asio = boost::asio;

/// Hands a cancellation of the wait to its strand, by a signal that lives as long as either needs
/// it. co_spawn of Boost 1.81 keeps the address of something in the memory of the user's signal on
/// its way there, and the user may let that go as soon as the wait is over.
std::shared_ptr<asio::cancellation_signal> cancellation_of(asio::cancellation_slot slot,
                                                           const asio::any_io_executor& strand);

/// Runs a wait on a strand of its own. The cancellation slot of `handler` cancels the wait.
template <class Result, class Handler>
void spawn_wait(const asio::any_io_executor& executor, asio::awaitable<Result> wait,
                Handler handler) {
    const asio::any_io_executor strand = asio::make_strand(executor);
    const auto signal = cancellation_of(asio::get_associated_cancellation_slot(handler), strand);
    asio::co_spawn(
        strand, std::move(wait),
        asio::bind_cancellation_slot(signal->slot(), asio::consign(std::move(handler), signal)));
}

}  // namespace loopingcall::device::detail
