#pragma once

#include <boost/asio/awaitable.hpp>
#include <concepts>
#include <functional>
#include <loopingcall/default_token.hpp>
#include <loopingcall/step.hpp>
#include <loopingcall/tick.hpp>
#include <type_traits>

namespace loopingcall::detail {

template <class Body>
decltype(auto) invoke_body(Body& body, [[maybe_unused]] const Tick& tick) {
    if constexpr (std::invocable<Body&, const Tick&>) {
        return std::invoke(body, tick);
    } else {
        return std::invoke(body);
    }
}

/// What a call of the body gives, before awaiting.
template <class Body>
using BodyReturn = decltype(invoke_body(std::declval<Body&>(), std::declval<const Tick&>()));

template <class R>
struct Awaited {
    static constexpr bool is_awaitable = false;
    using type = R;
};
template <class R, class Executor>
struct Awaited<asio::awaitable<R, Executor>> {
    static constexpr bool is_awaitable = true;
    using type = R;
};

template <class R, class T>
concept step_of = std::is_void_v<R> || std::convertible_to<R, Step<T>>;

/// Whether `Body` can be called again and again for a `T`: with a `const Tick&` or with nothing,
/// giving nothing or something that converts to `Step<T>`, at once or as an `asio::awaitable`.
template <class Body, class T>
concept body_for = (std::invocable<Body&, const Tick&> ||
                    std::invocable<Body&>)&&step_of<typename Awaited<BodyReturn<Body>>::type, T>;

template <class Body>
concept awaitable_body = Awaited<BodyReturn<Body>>::is_awaitable;

}  // namespace loopingcall::detail
