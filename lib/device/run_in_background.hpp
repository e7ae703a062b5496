#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "process/launch/descriptor.hpp"

namespace loopingcall::device::detail {

namespace asio = boost::asio;

/// Does `work` on a thread of its own and gives whether it was done in time.
///
/// For what may block in the kernel for ever: a path on a dead file system, a device whose claim is
/// in progress. A thread that is late is left to itself: it may never end, so it must own what it
/// uses. It touches neither the executor nor the event loop.
/// Throws what `work` threw; `operation_aborted` if cancelled; `std::system_error` if there is no
/// descriptor or thread to be had.
asio::awaitable<bool> run_in_background(std::function<void()> work,
                                        std::chrono::nanoseconds time_limit);

/// The same for work with a result; nothing if it was not done in time.
template <class Result>
asio::awaitable<std::optional<Result>> find_in_background(std::function<Result()> work,
                                                          std::chrono::nanoseconds time_limit) {
    auto result = std::make_shared<std::optional<Result>>();
    std::function<void()> find = [result, work = std::move(work)] { *result = work(); };
    const bool in_time = co_await run_in_background(std::move(find), time_limit);
    if (!in_time) co_return std::nullopt;
    co_return std::move(*result);
}

/// Closes a descriptor whose closing takes long.
void close_in_background(process::detail::Descriptor descriptor) noexcept;

}  // namespace loopingcall::device::detail
