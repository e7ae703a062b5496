#pragma once

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <loopingcall/detail/body.hpp>
#include <loopingcall/detail/run.hpp>
#include <loopingcall/detail/typed_engine.hpp>
#include <memory>
#include <utility>

namespace loopingcall::detail {

/// A loop whose body is a plain function: the call is over when it returns.
template <class T, class Body>
class PlainEngine final : public TypedEngine<T> {
  public:
    PlainEngine(asio::any_io_executor executor, std::shared_ptr<TimerQueue> queue, Body body)
        : TypedEngine<T>(std::move(executor), std::move(queue)), body_(std::move(body)) {}

  private:
    void call(const Tick& tick, const std::shared_ptr<Run>&) override {
        this->returned(result_of(tick));
    }

    CallResult result_of(const Tick& tick) {
        try {
            if constexpr (std::is_void_v<BodyReturn<Body>>) {
                invoke_body(body_, tick);
                return again;
            } else {
                return this->take(invoke_body(body_, tick));
            }
        } catch (...) {
            return Failed{std::current_exception()};
        }
    }

    Body body_;
};

/// A loop whose body is a coroutine. One long-lived coroutine, awaits it call after
/// call, because starting a coroutine for every call costs three allocations each time.
///
/// The executor is a strand, so that the body and its cancellation never run at the same time.
template <class T, class Body>
class AwaitableEngine final : public TypedEngine<T> {
  public:
    AwaitableEngine(asio::any_io_executor executor, std::shared_ptr<TimerQueue> queue, Body body)
        : TypedEngine<T>(serialized(std::move(executor)), std::move(queue)),
          body_(std::move(body)) {}

  private:
    std::shared_ptr<Run> make_run() override { return std::make_shared<Run>(); }

    void call(const Tick& tick, const std::shared_ptr<Run>& run) override {
        if (run->resume(tick)) return;
        auto self = std::static_pointer_cast<AwaitableEngine>(this->shared_from_this());
        asio::co_spawn(this->executor(), call_again_and_again(std::move(self), run, tick),
                       asio::bind_cancellation_slot(run->cancellation_slot(), asio::detached));
    }

    static asio::awaitable<void> call_again_and_again(std::shared_ptr<AwaitableEngine> self,
                                                      std::shared_ptr<Run> run, Tick tick) {
        for (;;) {
            CallResult result = again;
            try {
                if constexpr (std::is_void_v<typename Awaited<BodyReturn<Body>>::type>) {
                    co_await invoke_body(self->body_, tick);
                } else {
                    result = self->take(co_await invoke_body(self->body_, tick));
                }
            } catch (...) {
                result = Failed{std::current_exception()};
            }
            const bool goes_on = self->returned(std::move(result));
            if (!goes_on || run->ended()) co_return;
            const NextCall next = co_await run->async_next_call();
            if (!next) co_return;
            tick = *next;
        }
    }

    Body body_;
};

}  // namespace loopingcall::detail
