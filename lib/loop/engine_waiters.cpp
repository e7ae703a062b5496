// Those who wait for the outcome of a loop.
#include <atomic>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>
#include <future>
#include <loopingcall/detail/engine.hpp>
#include <loopingcall/error.hpp>
#include <utility>

#include "inner_executor.hpp"
#include "waiter_entry.hpp"

namespace loopingcall::detail {

using boost::system::system_error;

namespace {

/// Never used twice: a waiter's cancellation slot may outlive him by far.
std::uint64_t next_waiter_id() {
    static std::atomic<std::uint64_t> last = 0;
    return ++last;
}

std::exception_ptr waiting_failed(boost::system::error_code error) {
    return std::make_exception_ptr(system_error(error));
}

}  // namespace

void Engine::add_waiter(Waiter waiter) {
    auto slot = asio::get_associated_cancellation_slot(waiter);
    const std::scoped_lock lock(mutex_);
    WaiterEntry entry(next_waiter_id(), std::move(waiter), executor_);
    if (phase_ != Phase::idle && slot.is_connected()) {
        slot.assign([weak = weak_from_this(), id = entry.id](asio::cancellation_type) {
            if (auto timer = weak.lock()) static_cast<Engine&>(*timer).cancel_waiter(id);
        });
    }
    add(std::move(entry));
}

/// Under the lock.
void Engine::add(WaiterEntry entry) {
    if (phase_ != Phase::idle) {
        waiters_.push_front(std::move(entry));
    } else if (outcome_) {
        entry.tell(last_error_, outcome_);
    } else {
        entry.tell(waiting_failed(make_error_code(errc::not_started)), nullptr);
    }
}

/// The waiter, unless it has been told.
std::forward_list<Engine::WaiterEntry> Engine::take_waiter(std::uint64_t id) {
    std::forward_list<WaiterEntry> taken;
    const std::scoped_lock lock(mutex_);
    auto before = waiters_.before_begin();
    while (std::next(before) != waiters_.end() && std::next(before)->id != id) ++before;
    if (std::next(before) != waiters_.end()) {
        taken.splice_after(taken.before_begin(), waiters_, before);
    }
    return taken;
}

void Engine::cancel_waiter(std::uint64_t id) {
    auto cancelled = take_waiter(id);
    if (cancelled.empty()) return;
    cancelled.front().tell(waiting_failed(asio::error::operation_aborted), nullptr);
}

// The promise is kept where the loop ends, without a detour over an executor: the context may have
// nobody left to run it by then.
ErasedOutcome Engine::wait(std::optional<TimePoint> until) {
    const std::uint64_t id = next_waiter_id();
    std::promise<ErasedOutcome> promise;
    auto future = promise.get_future();
    {
        const std::scoped_lock lock(mutex_);
        if (!executor_) throw system_error(asio::error::operation_aborted);  // abandoned
        if (phase_ != Phase::idle && running_in_this_thread(executor_)) {
            throw system_error(make_error_code(boost::system::errc::resource_deadlock_would_occur),
                               "wait() would wait for its own thread; co_await async_wait()");
        }
        WaiterEntry entry(
            id,
            [kept = std::move(promise)](const std::exception_ptr& error,
                                        ErasedOutcome outcome) mutable {
                error ? kept.set_exception(error) : kept.set_value(std::move(outcome));
            },
            executor_);
        entry.at_once = true;
        add(std::move(entry));
    }
    const bool in_time = !until || *until == TimePoint::max() ||
                         future.wait_until(*until) == std::future_status::ready;
    if (!in_time && !take_waiter(id).empty()) return nullptr;
    try {
        return future.get();
    } catch (const std::future_error&) {  // the context was destroyed
        throw system_error(asio::error::operation_aborted);
    }
}

}  // namespace loopingcall::detail
