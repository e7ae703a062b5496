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

/// What the thread and the one who waits for it share. The end of the pipe that the thread closes
/// is how it tells that it is done: unlike an executor, it may outlive everything.
struct Errand {
    std::function<void()> work;
    std::exception_ptr error = {};
    std::atomic<bool> done = false;
    Descriptor done_end{};
};

void perform(const std::shared_ptr<Errand>& errand) {
    try {
        errand->work();
    } catch (...) {
        errand->error = std::current_exception();
    }
    errand->done.store(true, std::memory_order_release);
    const Descriptor closed = std::move(errand->done_end);
}

/// @return the end of the pipe that is closed when the work is done.
Descriptor start(const std::shared_ptr<Errand>& errand) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) {
        throw std::system_error(errno, std::system_category(), "pipe2");
    }
    Descriptor waiting_end(ends[0]);
    errand->done_end = Descriptor(ends[1]);
    const process::detail::AllSignalsBlocked blocked;
    std::thread([errand] { perform(errand); }).detach();
    return waiting_end;
}

}  // namespace

asio::awaitable<bool> run_in_background(std::function<void()> work,
                                        std::chrono::nanoseconds time_limit) {
    const asio::any_io_executor executor = co_await asio::this_coro::executor;
    const auto errand = std::make_shared<Errand>();
    errand->work = std::move(work);
    const auto end = std::make_shared<stream_descriptor>(executor);
    Descriptor waiting_end = start(errand);
    end->assign(waiting_end.get());
    waiting_end.release();

    asio::steady_timer limit(executor, time_limit);
    limit.async_wait([end](boost::system::error_code error) {
        if (!error) end->cancel();
    });
    co_await end->async_wait(stream_descriptor::wait_read, asio::as_tuple(asio::use_awaitable));
    limit.cancel();
    const auto cancelled = (co_await asio::this_coro::cancellation_state).cancelled();
    if (cancelled != asio::cancellation_type::none) {
        throw boost::system::system_error(asio::error::operation_aborted);
    }
    if (!errand->done.load(std::memory_order_acquire)) co_return false;
    if (errand->error) std::rethrow_exception(errand->error);
    co_return true;
}

void close_in_background(Descriptor descriptor) noexcept try {
    const auto shared = std::make_shared<Descriptor>(std::move(descriptor));
    const process::detail::AllSignalsBlocked blocked;
    std::thread([shared] { const Descriptor closed = std::move(*shared); }).detach();
} catch (const std::exception&) {
    // No thread, no memory: it has been closed here.
}

}  // namespace loopingcall::device::detail
