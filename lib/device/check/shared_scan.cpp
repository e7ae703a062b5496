#include "shared_scan.hpp"

#include <algorithm>
#include <atomic>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>
#include <exception>
#include <utility>

#include "device/run_in_background.hpp"

namespace loopingcall::device::detail {

/// The checks that share one scan.
struct SharedScan::Batch {
    explicit Batch(const asio::any_io_executor& strand) : finished(strand, TimePoint::max()) {}

    std::vector<ScanTarget> targets = {};
    Duration time_limit{0};
    asio::steady_timer finished;
    std::optional<ProcessScan> result = {};  // without its targets
    std::vector<TargetScan> found = {};      // one for each check that shares it
    std::exception_ptr error = {};
};

asio::awaitable<std::optional<ProcessScan>> SharedScan::scan(ScanTarget target,
                                                             Duration time_limit) {
    if (!next_) next_ = std::make_shared<Batch>(strand_);
    const auto batch = next_;
    const std::size_t index = batch->targets.size();
    batch->targets.push_back(std::move(target));
    batch->time_limit = std::max(batch->time_limit, time_limit);
    if (!std::exchange(working_, true)) {
        auto self = shared_from_this();
        asio::co_spawn(
            strand_, [self]() -> asio::awaitable<void> { return self->work(); }, asio::detached);
    }
    co_await batch->finished.async_wait(asio::as_tuple(asio::use_awaitable));
    const auto cancelled = (co_await asio::this_coro::cancellation_state).cancelled();
    if (cancelled != asio::cancellation_type::none) {
        throw boost::system::system_error(asio::error::operation_aborted);
    }
    if (batch->error) std::rethrow_exception(batch->error);
    if (!batch->result) co_return std::nullopt;
    ProcessScan own = *batch->result;
    own.targets = {std::move(batch->found.at(index))};
    co_return own;
}

asio::awaitable<void> SharedScan::work() {
    while (next_) {
        co_await asio::post(strand_, asio::use_awaitable);  // others are due now: they join
        const auto batch = std::exchange(next_, nullptr);
        const auto abandoned = std::make_shared<std::atomic<bool>>(false);
        const ScanLimits limits{.whole = batch->time_limit, .abandoned = abandoned};
        std::function<ProcessScan()> scan = [limits, targets = batch->targets, ignored = ignored_] {
            return scan_processes(targets, ignored, limits);
        };
        try {
            batch->result = co_await find_in_background(scan, batch->time_limit);
            if (batch->result) batch->found = std::exchange(batch->result->targets, {});
        } catch (...) {
            batch->error = std::current_exception();
        }
        if (!batch->result) *abandoned = true;
        batch->finished.cancel();
    }
    working_ = false;
}

}  // namespace loopingcall::device::detail
