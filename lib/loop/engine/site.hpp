#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <loopingcall/detail/timer_queue.hpp>
#include <memory>

namespace loopingcall::detail {

namespace asio = boost::asio;

class RunningEngines;

/// Where a loop runs: on which executor, and by which clock. Loops that have both in common share
/// one, because many loops are idle.
///
/// It outlives the execution context, which takes the executor away when it goes: an executor must
/// not be destroyed after its context.
struct Site {
    Site(asio::any_io_executor executor_, std::shared_ptr<TimerQueue> queue_,
         std::shared_ptr<RunningEngines> engines_);
    ~Site();
    Site(const Site&) = delete;
    Site& operator=(const Site&) = delete;

    /// The one for both, of the context that `executor` belongs to.
    static std::shared_ptr<Site> of(asio::any_io_executor executor,
                                    std::shared_ptr<TimerQueue> queue);

    /// While a loop runs, it may be used under the lock of that loop, and where the loop runs;
    /// else while RunningEngines::hold() says that the context is alive.
    asio::any_io_executor executor;
    std::shared_ptr<TimerQueue> queue;
    std::shared_ptr<RunningEngines> engines;
    bool runs_anywhere;  ///< on every thread of the context, so also where the timer does
};

}  // namespace loopingcall::detail
