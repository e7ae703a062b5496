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

/// All of one retry that is the caller's; gone before its completion may run.
template <class Operation>
struct Retried {
    RetryPolicy<RetryResult<Operation>> policy;
    Operation operation;
};

/// The operation as the body of a loop: what it gives is done().
template <class Operation>
class RetryBody {
    using T = RetryResult<Operation>;

  public:
    /// @param operation  is there for as long as it may be called.
    explicit RetryBody(Operation& operation) : operation_(operation) {}

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

    Operation& operation_;
};

/// Starts the loop that is the retry, and has its handler wait for it. Cancelling the waiter is
/// cancelling the retry: nothing else refers to it.
template <class Operation>
struct StartRetry {
    using T = RetryResult<Operation>;
    using executor_type = asio::any_io_executor;
    [[nodiscard]] executor_type get_executor() const { return executor; }

    template <class Handler>
    void operator()(Handler handler, Retried<Operation> given) const {
        auto retried = std::make_shared<Retried<Operation>>(std::move(given));
        RetryBody<Operation> body(retried->operation);
        const auto* policy = &retried->policy;
        auto engine = std::make_shared<RetryEngine<T, RetryBody<Operation>>>(
            executor, queue, std::move(body),
            std::shared_ptr<const RetryPolicy<T>>(std::move(retried), policy));
        auto slot = asio::get_associated_cancellation_slot(handler);
        if (slot.is_connected()) {
            slot.assign([weak = std::weak_ptr(engine)](asio::cancellation_type) {
                if (auto alive = weak.lock()) alive->stop(true);
            });
        }
        engine->start();
        // Last: the handler may have run, on another thread, before this returns.
        engine->add_waiter(asio::bind_cancellation_slot(
            asio::cancellation_slot(), TypedWaiter<Handler, T>{std::move(handler)}));
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
        StartRetry<Operation>{executor, std::move(queue)}, token,
        Retried<Operation>{std::move(policy), std::move(operation)});
}

}  // namespace loopingcall::detail
