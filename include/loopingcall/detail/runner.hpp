#pragma once

#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/query.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <loopingcall/detail/call_result.hpp>
#include <loopingcall/detail/runner_base.hpp>
#include <loopingcall/tick.hpp>
#include <memory>
#include <mutex>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

namespace loopingcall::detail {

/// One whose body, when called, gives an `asio::awaitable<R>`.
template <class R>
class AwaitableCaller {
  public:
    virtual asio::awaitable<R> invoke(const Tick& tick) = 0;
    virtual CallResult take_value(std::conditional_t<std::is_void_v<R>, Again, R> value) = 0;
    virtual CallResult take_error() noexcept = 0;  // the exception being handled
    virtual void call_is_over(CallResult result) = 0;

  protected:
    ~AwaitableCaller() = default;
};

template <class R>
class Runner;

/// Runners that have nothing to do, of one execution context.
template <class R>
class RunnerPool final : public asio::execution_context::service {
  public:
    // The name and type that asio::use_service asks for.
    using key_type = RunnerPool;
    inline static asio::execution_context::id id;

    explicit RunnerPool(asio::execution_context& context) : service(context) {}

    static RunnerPool& of(const asio::any_io_executor& executor) {
        return asio::use_service<RunnerPool>(asio::query(executor, asio::execution::context));
    }

    /// One that serves `executor`, whose last call is over.
    std::shared_ptr<Runner<R>> take(const asio::any_io_executor& executor) {
        const std::scoped_lock lock(mutex_);
        for (auto idle = idle_.rbegin(); idle != idle_.rend(); ++idle) {
            if (!(*idle)->serves(executor)) continue;
            std::swap(*idle, idle_.back());
            auto taken = std::move(idle_.back());
            idle_.pop_back();
            return taken;
        }
        return std::make_shared<Runner<R>>(executor, this);
    }

    /// Keeps `runner` for the next call, unless there are enough: then it is destroyed.
    void put(std::shared_ptr<Runner<R>> runner) {
        const std::scoped_lock lock(mutex_);
        if (users_ > 0 && idle_.size() < most_idle) idle_.push_back(std::move(runner));
    }

    /// @name Once for each loop that runs
    /// A coroutine that waits keeps the context's run() from returning, and so does a loop; when
    /// there are no loops any more, there must be no runners.
    /// @{
    void open() noexcept {
        const std::scoped_lock lock(mutex_);
        ++users_;
    }
    void close() noexcept {
        Runners dropped;
        const std::scoped_lock lock(mutex_);
        if (--users_ == 0) dropped.swap(idle_);
    }
    /// @}

  private:
    using Runners = std::vector<std::shared_ptr<Runner<R>>>;
    static constexpr std::size_t most_idle = 1024;

    void shutdown() override {
        Runners dropped;
        const std::scoped_lock lock(mutex_);
        dropped.swap(idle_);
    }

    std::mutex mutex_;
    Runners idle_;
    std::size_t users_ = 0;
};

/// A coroutine that awaits call after call, of whatever loop has one to make; and waits in a pool
/// in between.
///
/// A coroutine for every call costs three allocations each time; one for every loop, some 800 bytes
/// while it does nothing. There are as many of these as there are bodies suspended.
template <class R>
class Runner final : public RunnerBase {
  public:
    using Caller = AwaitableCaller<R>;

    /// @param pool  where it goes between two calls; null if somebody keeps it for himself.
    Runner(const asio::any_io_executor& executor, RunnerPool<R>* pool)
        : RunnerBase(executor), pool_(pool) {}

    /// Makes the call that was reserved.
    static void run(std::shared_ptr<Runner> runner, std::shared_ptr<Caller> caller,
                    const Tick& tick) {
        runner->caller_ = std::move(caller);
        runner->tick_ = tick;
        const auto& strand = runner->strand();
        asio::dispatch(strand, [self = std::move(runner)]() mutable { resume(std::move(self)); });
    }

  private:
    /// What keeps the runner alive while it serves. In between, the pool does, or nobody: then the
    /// coroutine is destroyed where it waits.
    struct Job {
        std::shared_ptr<Caller> caller;
        Tick tick;
        std::shared_ptr<Runner> runner;
    };
    using Handler = typename asio::async_result<asio::use_awaitable_t<>, void(Job)>::handler_type;

    static void resume(std::shared_ptr<Runner> self) {
        Runner& runner = *self;
        Job job{std::move(runner.caller_), runner.tick_, std::move(self)};
        if (runner.waiting_) {
            Handler handler = *std::move(runner.waiting_);
            runner.waiting_.reset();
            std::move(handler)(std::move(job));
        } else {
            asio::co_spawn(runner.strand(), runner.serve(std::move(job)),
                           asio::bind_cancellation_slot(runner.slot(), asio::detached));
        }
    }

    asio::awaitable<void> serve(Job job) {
        for (;;) {
            CallResult result = again;
            call_begins();
            try {
                if constexpr (std::is_void_v<R>) {
                    co_await job.caller->invoke(job.tick);
                } else {
                    result = job.caller->take_value(co_await job.caller->invoke(job.tick));
                }
            } catch (...) {
                result = job.caller->take_error();
            }
            call_ends();
            // The next body must find nothing of what was done to this one, or what it changed.
            co_await asio::this_coro::reset_cancellation_state(asio::enable_total_cancellation());
            co_await asio::this_coro::throw_if_cancelled(true);
            std::exchange(job.caller, nullptr)->call_is_over(std::move(result));
            job = co_await async_next_job(std::move(job.runner));
        }
    }

    static asio::awaitable<Job> async_next_job(std::shared_ptr<Runner> runner) {
        default_token token;
        return asio::async_initiate<default_token, void(Job)>(
            [](Handler handler, std::shared_ptr<Runner> self) {
                self->waiting_.emplace(std::move(handler));
                if (auto* pool = self->pool_) pool->put(std::move(self));
            },
            token, std::move(runner));
    }

    RunnerPool<R>* pool_;
    std::shared_ptr<Caller> caller_;  // of the call that was reserved, as is tick_
    Tick tick_;
    std::optional<Handler> waiting_;
};

}  // namespace loopingcall::detail
