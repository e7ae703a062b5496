#pragma once

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <exception>
#include <loopingcall/detail/body.hpp>
#include <loopingcall/detail/retry_engine.hpp>
#include <loopingcall/outcome.hpp>
#include <loopingcall/retry_policy.hpp>
#include <memory>
#include <type_traits>
#include <utility>

namespace loopingcall::detail {

template <class Operation>
concept retry_operation = callable_body<Operation>;

template <class R>
struct ValueOf {
    using type = R;
};
template <class T>
struct ValueOf<Step<T>> {
    using type = T;
};

/// The `T` that a retry of `Operation` is for.
template <class Operation>
using RetryResult = typename ValueOf<BodyResult<Operation>>::type;

template <class Operation>
using RetrySignature = void(std::exception_ptr, Outcome<RetryResult<Operation>>);

/// The operation as the body of a loop: what it gives is done().
template <class Operation>
class RetryBody {
    using T = RetryResult<Operation>;

  public:
    explicit RetryBody(Operation operation) : operation_(std::move(operation)) {}

    auto operator()(const Tick& tick) {
        if constexpr (awaitable_body<Operation>) {
            return awaited(tick);
        } else {
            return called(tick);
        }
    }

  private:
    Step<T> called(const Tick& tick) {
        if constexpr (std::is_void_v<BodyResult<Operation>>) {
            invoke_body(operation_, tick);
            return done();
        } else {
            return step(invoke_body(operation_, tick));
        }
    }

    asio::awaitable<Step<T>> awaited(const Tick& tick) {
        if constexpr (std::is_void_v<BodyResult<Operation>>) {
            co_await invoke_body(operation_, tick);
            co_return done();
        } else {
            auto result = co_await invoke_body(operation_, tick);
            co_return step(std::move(result));
        }
    }

    template <class R>
    static Step<T> step(R result) {
        if constexpr (std::is_same_v<R, Step<T>>) {
            return result;
        } else {
            return done(std::move(result));
        }
    }

    Operation operation_;
};

/// Starts the loop that is the retry, and has its handler wait for it. Cancelling the waiter is
/// cancelling the retry: nobody else knows of it.
template <class Operation>
struct StartRetry {
    using T = RetryResult<Operation>;
    using executor_type = asio::any_io_executor;
    [[nodiscard]] executor_type get_executor() const { return executor; }

    template <class Handler>
    void operator()(Handler handler, RetryPolicy<T> policy, RetryBody<Operation> body) const {
        auto slot = asio::get_associated_cancellation_slot(handler);
        auto engine = std::make_shared<RetryEngine<T, RetryBody<Operation>>>(
            executor, queue, std::move(body), std::move(policy));
        engine->start();
        engine->add_waiter(asio::bind_cancellation_slot(
            asio::cancellation_slot(), TypedWaiter<Handler, T>{std::move(handler)}));
        if (!slot.is_connected()) return;
        slot.assign([weak = std::weak_ptr(engine)](asio::cancellation_type) {
            if (auto alive = weak.lock()) alive->stop(true);
        });
    }

    asio::any_io_executor executor;
    std::shared_ptr<TimerQueue> queue;
};

template <class Operation, class Token>
auto initiate_retry(const asio::any_io_executor& executor, std::shared_ptr<TimerQueue> queue,
                    RetryPolicy<RetryResult<Operation>> policy, Operation operation,
                    Token&& token) {
    validate(RetryTerms(policy), awaitable_body<Operation>);
    return asio::async_initiate<Token, RetrySignature<Operation>>(
        StartRetry<Operation>{executor, std::move(queue)}, token, std::move(policy),
        RetryBody<Operation>(std::move(operation)));
}

}  // namespace loopingcall::detail
