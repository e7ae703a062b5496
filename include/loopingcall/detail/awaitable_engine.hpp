#pragma once

#include <loopingcall/detail/body.hpp>
#include <loopingcall/detail/runner.hpp>
#include <loopingcall/detail/typed_engine.hpp>
#include <memory>
#include <type_traits>
#include <utility>

namespace loopingcall::detail {

/// A loop whose body is a coroutine. It is awaited by a `Runner`, on whose strand it runs.
template <class T, class Body>
class AwaitableEngine : public TypedEngine<T>, private AwaitableCaller<BodyResult<Body>> {
    using Result = BodyResult<Body>;
    using Caller = AwaitableCaller<Result>;

  public:
    AwaitableEngine(const asio::any_io_executor& executor, std::shared_ptr<TimerQueue> queue,
                    Body body)
        : TypedEngine<T>(executor, std::move(queue)),
          body_(std::move(body)),
          pool_(RunnerPool<Result>::of(executor)),
          on_own_strand_(is_strand(executor)) {}

    [[nodiscard]] bool cancellable() const noexcept final { return true; }

  private:
    void prepare_call() final {
        if (!on_own_strand_) {
            runner_ = pool_.take(this->running_executor());
        } else if (!runner_) {
            runner_ = std::make_shared<Runner<Result>>(this->running_executor(), nullptr);
        }
        serial_ = runner_->reserve();
    }

    void call(const Tick& tick) final {
        std::shared_ptr<Caller> caller(this->shared_from_this(), static_cast<Caller*>(this));
        Runner<Result>::run(runner_, std::move(caller), tick);
    }

    // The observer may still be at work when the body has returned.
    void cancel_call() final {
        if (runner_) runner_->cancel(serial_);
    }

    void call_ended() noexcept final {
        if (!on_own_strand_) runner_.reset();
    }

    void run_begins() final { pool_.open(); }

    void run_ends() noexcept final {
        runner_.reset();
        pool_.close();
    }

    asio::awaitable<Result> invoke(const Tick& tick) final { return invoke_body(body_, tick); }

    CallResult take_value(std::conditional_t<std::is_void_v<Result>, Again, Result> value) final {
        if constexpr (std::is_void_v<Result>) {
            return value;
        } else {
            return this->take(std::move(value));
        }
    }

    CallResult take_error() noexcept final { return this->take_exception(); }

    void call_is_over(CallResult result) final { this->returned(std::move(result)); }

    Body body_;
    RunnerPool<Result>& pool_;
    std::shared_ptr<Runner<Result>> runner_;  // of the call that is made
    Serial serial_ = 0;
    bool on_own_strand_;
};

}  // namespace loopingcall::detail
