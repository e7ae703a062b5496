#include "run_in_background.hpp"
#include "process/launch/all_signals_blocked.hpp"

#include <fcntl.h>
#include <pthread.h>

#include <atomic>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>
#include <csignal>
#include <exception>
#include <system_error>
#include <thread>

namespace loopingcall::device::detail {

namespace {

using asio::posix::stream_descriptor;
using process::detail::Descriptor;

}  // namespace

/// What the thread shares with the one that waits. The thread shows its end by closing the end of a
/// pipe: unlike an executor, that may outlive everything.
struct BackgroundWork::Errand {
    std::function<void()> work;
    std::exception_ptr error = {};
    std::atomic<bool> done = false;
    Descriptor done_end{};

    void perform() {
        try {
            work();
        } catch (...) {
            error = std::current_exception();
        }
        done.store(true, std::memory_order_release);
        const Descriptor closed = std::move(done_end);
    }
};

BackgroundWork::BackgroundWork(const asio::any_io_executor& executor, std::function<void()> work)
    : errand_(std::make_shared<Errand>()), end_(std::make_shared<stream_descriptor>(executor)) {
    errand_->work = std::move(work);
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) {
        throw std::system_error(errno, std::system_category(), "pipe2");
    }
    Descriptor waiting_end(ends[0]);
    errand_->done_end = Descriptor(ends[1]);
    end_->assign(waiting_end.get());
    waiting_end.release();
    const process::detail::AllSignalsBlocked blocked;
    std::thread([errand = errand_] { errand->perform(); }).detach();
}

asio::awaitable<bool> BackgroundWork::wait(std::chrono::nanoseconds time_limit) {
    const auto errand = errand_;
    const auto end = end_;
    asio::steady_timer limit(end->get_executor(), time_limit);
    limit.async_wait([end](boost::system::error_code error) {
        if (!error) end->cancel();
    });
    // With several threads, an event of a closed descriptor of the same number may end a wait.
    for (bool is_spurious = true; is_spurious;) {
        const auto [error] = co_await end->async_wait(stream_descriptor::wait_read,
                                                      asio::as_tuple(asio::use_awaitable));
        const bool is_late = limit.expiry() <= std::chrono::steady_clock::now();
        is_spurious = !error && !is_late && !errand->done.load(std::memory_order_acquire);
    }
    limit.cancel();
    const auto cancelled = (co_await asio::this_coro::cancellation_state).cancelled();
    if (cancelled != asio::cancellation_type::none) {
        throw boost::system::system_error(asio::error::operation_aborted);
    }
    if (!errand->done.load(std::memory_order_acquire)) co_return false;
    if (errand->error) std::rethrow_exception(errand->error);
    co_return true;
}

asio::awaitable<bool> run_in_background(std::function<void()> work,
                                        std::chrono::nanoseconds time_limit) {
    const asio::any_io_executor executor = co_await asio::this_coro::executor;
    BackgroundWork started(executor, std::move(work));
    co_return co_await started.wait(time_limit);
}

void close_in_background(Descriptor descriptor) noexcept try {
    const auto shared = std::make_shared<Descriptor>(std::move(descriptor));
    const process::detail::AllSignalsBlocked blocked;
    std::thread([shared] { const Descriptor closed = std::move(*shared); }).detach();
} catch (const std::exception&) {
    // No thread, no memory: it has been closed here.
}

}  // namespace loopingcall::device::detail
