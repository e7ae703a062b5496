// The waiters of a loop.
#include <atomic>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/system_executor.hpp>
#include <boost/system/system_error.hpp>
#include <future>
#include <loopingcall/detail/engine.hpp>
#include <loopingcall/error.hpp>
#include <utility>

#include "engine_parts.hpp"
#include "loop/inner_executor.hpp"
#include "running_engines.hpp"

namespace loopingcall::detail {

using boost::system::system_error;

namespace {

/// Never used twice: a waiter's cancellation slot may outlive it by far.
std::uint64_t next_waiter_id() {
    static std::atomic<std::uint64_t> last = 0;
    return ++last;
}

std::exception_ptr waiting_failed(boost::system::error_code error) {
    return std::make_exception_ptr(system_error(error));
}

}  // namespace

// Without a run, nothing but the hold keeps the context from going meanwhile.
void Engine::add_waiter(Waiter waiter) {
    auto slot = asio::get_associated_cancellation_slot(waiter);
    const std::scoped_lock lock(mutex_);
    std::unique_lock<std::mutex> alive;
    if (phase_ == Phase::idle) {
        alive = site_->engines->hold();
        if (!alive) return refuse(std::move(waiter));
    }
    WaiterEntry entry(next_waiter_id(), std::move(waiter), site_->executor);
    if (phase_ != Phase::idle && slot.is_connected()) {
        slot.assign([weak = weak_from_this(), id = entry.id](asio::cancellation_type) {
            if (auto timer = weak.lock()) static_cast<Engine&>(*timer).cancel_waiter(id);
        });
    }
    add(std::move(entry));
}

/// The context is gone: only a handler that has an executor of its own can be called. It is never
/// called in here, so another thread hands it over to that executor.
void Engine::refuse(Waiter waiter) {
    if (!asio::get_associated_executor(waiter, asio::any_completion_executor())) return;
    asio::post(asio::system_executor(),
               asio::append(std::move(waiter), waiting_failed(asio::error::operation_aborted),
                            ErasedOutcome()));
}

/// The waiters for the run that was started last. Under the lock.
Engine::Waiters& Engine::waiters() {
    return phase_ == Phase::ending ? farewells_->last().waiters : waiters_;
}

/// Under the lock.
void Engine::add(WaiterEntry entry) {
    if (phase_ != Phase::idle) {
        waiters().push_front(std::move(entry));
    } else if (farewells_) {
        entry.tell(farewells_->error, farewells_->outcome);
    } else {
        entry.tell(waiting_failed(make_error_code(errc::not_started)), nullptr);
    }
}

void Engine::cancel_waiter(std::uint64_t id) {
    Waiters cancelled;
    {
        const std::scoped_lock lock(mutex_);
        cancelled = take_waiter(id);
    }
    for (WaiterEntry& waiter : cancelled) {
        waiter.tell(waiting_failed(asio::error::operation_aborted), nullptr);
    }
}

/// At most one, of whichever run. Under the lock.
Engine::Waiters Engine::take_waiter(std::uint64_t id) {
    Waiters taken;
    const auto take_from = [&](Waiters& waiters) {
        for (auto before = waiters.before_begin(); std::next(before) != waiters.end(); ++before) {
            if (std::next(before)->id != id) continue;
            return taken.splice_after(taken.before_begin(), waiters, before);
        }
    };
    take_from(waiters_);
    for (Farewell* ended = farewells_.get(); ended; ended = ended->next.get()) {
        take_from(ended->waiters);
    }
    return taken;
}

/// The entry goes under the lock: the context may be gone as soon as the run is.
/// @return false if it has the outcome already, or is about to receive it.
bool Engine::forget_waiter(std::uint64_t id) {
    const std::scoped_lock lock(mutex_);
    return !take_waiter(id).empty();
}

// The promise is kept where the loop ends, without a detour over an executor: no
// thread may run the context by then.
ErasedOutcome Engine::wait(std::optional<TimePoint> until) {
    const std::uint64_t id = next_waiter_id();
    std::promise<ErasedOutcome> promise;
    auto future = promise.get_future();
    {
        const std::scoped_lock lock(mutex_);
        const auto alive = site_->engines->hold();
        if (!alive) throw system_error(asio::error::operation_aborted);
        if (phase_ != Phase::idle && running_in_this_thread(site_->executor)) {
            throw system_error(
                make_error_code(boost::system::errc::resource_deadlock_would_occur),
                "wait() was called on a thread that runs the loop's context and could wait "
                "for itself; use async_wait()");
        }
        WaiterEntry entry(
            id,
            [kept = std::move(promise)](const std::exception_ptr& error,
                                        ErasedOutcome outcome) mutable {
                error ? kept.set_exception(error) : kept.set_value(std::move(outcome));
            },
            site_->executor);
        entry.at_once = true;
        add(std::move(entry));
    }
    const bool in_time = !until || *until == TimePoint::max() ||
                         future.wait_until(*until) == std::future_status::ready;
    if (!in_time && forget_waiter(id)) return nullptr;
    try {
        return future.get();
    } catch (const std::future_error&) {  // the context was destroyed
        throw system_error(asio::error::operation_aborted);
    }
}

}  // namespace loopingcall::detail
