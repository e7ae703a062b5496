#pragma once

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
    /// Takes the value out of what the body returned; what is left concerns the engine.
    CallResult take(Step<T> step) {
        if constexpr (!std::is_void_v<T>) {
            if (auto* finished = std::get_if<Done<T>>(&step.alternatives())) {
                value_.emplace(std::move(finished->value));
            }
        }
        return std::visit([](auto& alternative) { return without_value(alternative); },
                          step.alternatives());
    }

  private:
    template <class Alternative>
    static CallResult without_value(Alternative& alternative) {
        if constexpr (std::is_same_v<Alternative, Done<T>>) {
            return Done<void>{};
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

    std::optional<typename Outcome<T>::value_type> value_;
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
