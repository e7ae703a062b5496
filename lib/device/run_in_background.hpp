#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/this_coro.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "process/launch/descriptor.hpp"

namespace loopingcall::device::detail {

namespace asio = boost::asio;

/// Work on a thread of its own.
///
/// For what may block in the kernel for ever: a path on a dead file system, a device whose claim is
/// in progress. A late thread is abandoned: it may never end, so it must own what it uses. It
/// touches neither the executor nor the event loop.
class BackgroundWork {
  public:
    /// Starts it.
    /// @throws std::system_error if no descriptor or thread is available.
    BackgroundWork(const asio::any_io_executor& executor, std::function<void()> work);

    /// Waits for its end; to be called once, on the executor.
    /// @return whether it has ended in time. Throws what `work` threw; `operation_aborted` if
    ///         cancelled.
    asio::awaitable<bool> wait(std::chrono::nanoseconds time_limit);

  private:
    struct Errand;
    std::shared_ptr<Errand> errand_;
    std::shared_ptr<asio::posix::stream_descriptor> end_;
};

/// The same for work with a result.
template <class Result>
class BackgroundSearch {
  public:
    BackgroundSearch(const asio::any_io_executor& executor, std::function<Result()> work)
        : work_(executor, [result = result_, work = std::move(work)] { *result = work(); }) {}

    /// @return nothing if it has not ended in time.
    asio::awaitable<std::optional<Result>> wait(std::chrono::nanoseconds time_limit) {
        const bool in_time = co_await work_.wait(time_limit);
        if (!in_time) co_return std::nullopt;
        co_return std::move(*result_);
    }

  private:
    std::shared_ptr<std::optional<Result>> result_ = std::make_shared<std::optional<Result>>();
    BackgroundWork work_;
};

/// Starts work and waits for its end.
asio::awaitable<bool> run_in_background(std::function<void()> work,
                                        std::chrono::nanoseconds time_limit);

/// The same for work with a result; nothing if it has not ended in time.
template <class Result>
asio::awaitable<std::optional<Result>> find_in_background(std::function<Result()> work,
                                                          std::chrono::nanoseconds time_limit) {
    const asio::any_io_executor executor = co_await asio::this_coro::executor;
    BackgroundSearch<Result> search(executor, std::move(work));
    co_return co_await search.wait(time_limit);
}

/// Closes a descriptor whose closing takes long.
void close_in_background(process::detail::Descriptor descriptor) noexcept;

}  // namespace loopingcall::device::detail
