#pragma once

#include <any>
#include <concepts>
#include <loopingcall/detail/body.hpp>
#include <loopingcall/detail/engine.hpp>
#include <optional>
#include <type_traits>
#include <utility>

namespace loopingcall::detail {

/// The one part of the loop that knows the type of its value: it keeps it between the return of
/// the body and the making of the outcome.
template <class T>
class TypedEngine : public Engine {
    static_assert(std::is_void_v<T> || std::is_copy_constructible_v<T>,
                  "the value of a looping call must be copyable: each waiter gets a copy");

  public:
    using Engine::Engine;

  protected:
    /// What a body returned, as the engine understands it. A value stays here.
    template <class R>
    CallResult take(R result) {
        if constexpr (std::convertible_to<R, Step<T>>) {
            return take_step(std::move(result));
        } else if constexpr (std::convertible_to<R, std::optional<Duration>>) {
            const std::optional<Duration> delay = result;
            if (!delay) return again;
            return After{*delay};
        } else {
            BackOffStep<T> step = std::move(result);
            if (!step.success()) return Failure{};
            return take_step(std::move(step.step()));
        }
    }

    /// What the exception being handled means.
    CallResult take_exception() noexcept {
        std::any value;
        CallResult result = result_of_current_exception(value);
        if (!value.has_value()) return result;
        if constexpr (!std::is_void_v<T>) {
            if (auto* given = std::any_cast<T>(&value)) {
                value_.emplace(std::move(*given));
                return result;
            }
        }
        return wrong_type(value.type(), typeid(T));
    }

    std::optional<typename Outcome<T>::value_type> value_;

  private:
    CallResult take_step(Step<T> step) {
        if constexpr (!std::is_void_v<T>) {
            if (auto* finished = std::get_if<Done<T>>(&step.alternatives())) {
                value_.emplace(std::move(finished->value));
            }
        }
        return std::visit([](auto& alternative) { return without_value(alternative); },
                          step.alternatives());
    }

    template <class Alternative>
    static CallResult without_value(Alternative& alternative) {
        if constexpr (std::is_same_v<Alternative, Done<T>>) {
            return Done<void>{};
        } else if constexpr (std::is_same_v<Alternative, Failed>) {
            return failure_of(std::move(alternative));
        } else {
            return std::move(alternative);
        }
    }

    ErasedOutcome make_outcome(StopReason reason, std::exception_ptr error,
                               const Stats& stats) final {
        auto outcome = std::make_shared<Outcome<T>>();
        outcome->reason = reason;
        if (reason == StopReason::done) outcome->value = std::move(value_);
        outcome->error = std::move(error);
        outcome->stats = stats;
        value_.reset();
        return outcome;
    }
};

/// Gives a waiter the outcome as the type it waits for. Forwards the handler's associated
/// executor, allocator and cancellation slot (see the `asio::associator` below).
template <class Handler, class T>
struct TypedWaiter {
    Handler handler;

    void operator()(std::exception_ptr error, const ErasedOutcome& outcome) {
        std::move(handler)(std::move(error),
                           outcome ? *static_cast<const Outcome<T>*>(outcome.get()) : Outcome<T>{});
    }
};

}  // namespace loopingcall::detail

template <template <class, class> class Associator, class Handler, class T, class Default>
struct boost::asio::associator<Associator, loopingcall::detail::TypedWaiter<Handler, T>, Default>
    : Associator<Handler, Default> {
    static typename Associator<Handler, Default>::type get(
        const loopingcall::detail::TypedWaiter<Handler, T>& waiter,
        const Default& fallback = Default()) noexcept {
        return Associator<Handler, Default>::get(waiter.handler, fallback);
    }
};
