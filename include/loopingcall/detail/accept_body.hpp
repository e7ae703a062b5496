#pragma once

#include <loopingcall/detail/body.hpp>
#include <type_traits>
#include <utility>

// How a body that cannot be called is refused: by one line that says what would be accepted. A
// constraint would have the compiler list every candidate, and each requirement down to the last.
namespace loopingcall::detail {

/// In place of a body that was refused, so that nothing else is complained of.
template <class Result>
struct RefusedBody {
    Result operator()() const;
};

template <class Operation>
void refuse_operation() {
    constexpr bool is_accepted = retry_operation<Operation>;
    static_assert(is_accepted,
                  "the operation of async_retry must take `const Tick&` or nothing, and return a "
                  "value, Step<T>, void, or an asio::awaitable of one of them");
}

template <class T, class Body>
auto accept_fixed_interval_body(Body body) {
    constexpr bool is_accepted = fixed_interval_body<Body, T>;
    static_assert(is_accepted,
                  "the body of a FixedIntervalLoopingCall<T> must take `const Tick&` or nothing, "
                  "and return void, Step<T>, or an asio::awaitable of one of them");
    if constexpr (is_accepted) {
        return body;
    } else {
        return RefusedBody<void>{};
    }
}

template <class T, class Body>
auto accept_dynamic_body(Body body) {
    constexpr bool is_accepted = dynamic_body<Body, T>;
    static_assert(is_accepted,
                  "the body of a DynamicLoopingCall<T> must take `const Tick&` or nothing, and "
                  "return a std::chrono::duration, a std::optional of one, Step<T>, void, or an "
                  "asio::awaitable of one of them");
    if constexpr (is_accepted) {
        return body;
    } else {
        return RefusedBody<void>{};
    }
}

template <class T, class Body>
auto accept_back_off_body(Body body) {
    constexpr bool is_accepted = back_off_body<Body, T>;
    static_assert(is_accepted,
                  "the body of a BackOffLoopingCall<T> must take `const Tick&` or nothing, and "
                  "return bool, BackOffStep<T>, or an asio::awaitable of one of them");
    if constexpr (is_accepted) {
        return body;
    } else {
        return RefusedBody<bool>{};
    }
}

}  // namespace loopingcall::detail
