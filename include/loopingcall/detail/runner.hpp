#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/query.hpp>
#include <boost/asio/this_coro.hpp>
#include <loopingcall/detail/call_result.hpp>
#include <loopingcall/detail/mutex.hpp>
#include <loopingcall/detail/runner_base.hpp>
#include <loopingcall/tick.hpp>
#include <memory>
#include <mutex>
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

    Mutex mutex_;
    Runners idle_;
    std::size_t users_ = 0;
};

/// A runner for bodies that give an `R`.
template <class R>
class Runner final : public RunnerBase {
  public:
    using Caller = AwaitableCaller<R>;

    /// @param pool  where it goes between two calls; null if one owner keeps it.
    Runner(const asio::any_io_executor& executor, RunnerPool<R>* pool)
        : RunnerBase(executor), pool_(pool) {}

    /// Makes the call that was reserved.
    static void run(std::shared_ptr<Runner> runner, std::shared_ptr<Caller> caller,
                    const Tick& tick) {
        runner->caller_ = std::move(caller);
        runner->tick_ = tick;
        resume(std::move(runner));
    }

  private:
    asio::awaitable<void> serve(std::shared_ptr<RunnerBase> self) override {
        for (;;) {
            std::shared_ptr<Caller> caller = std::move(caller_);
            CallResult result = again;
            call_begins();
            try {
                if constexpr (std::is_void_v<R>) {
                    co_await caller->invoke(tick_);
                } else {
                    result = caller->take_value(co_await caller->invoke(tick_));
                }
            } catch (...) {
                result = caller->take_error();
            }
            call_ends();
            // The next body must find nothing of what was done to this one, or what it changed.
            co_await asio::this_coro::reset_cancellation_state(asio::enable_total_cancellation());
            co_await asio::this_coro::throw_if_cancelled(true);
            caller->call_is_over(std::move(result));
            caller.reset();
            self = co_await async_next_call(std::move(self));
        }
    }

    void put_back(std::shared_ptr<RunnerBase> self) override {
        if (pool_) pool_->put(std::static_pointer_cast<Runner>(std::move(self)));
    }

    RunnerPool<R>* pool_;
    std::shared_ptr<Caller> caller_;  // of the call that was reserved, as is tick_
    Tick tick_;
};

}  // namespace loopingcall::detail
