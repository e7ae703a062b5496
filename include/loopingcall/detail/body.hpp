#pragma once

#include <boost/asio/awaitable.hpp>
#include <concepts>
#include <functional>
#include <loopingcall/default_token.hpp>
#include <loopingcall/step.hpp>
#include <loopingcall/tick.hpp>
#include <loopingcall/time.hpp>
#include <optional>
#include <type_traits>

namespace loopingcall::detail {

template <class Body>
concept callable_body = std::invocable<Body&, const Tick&> || std::invocable<Body&>;

template <callable_body Body>
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
template <class R>
struct Awaited<asio::awaitable<R>> {
    static constexpr bool is_awaitable = true;
    using type = R;
};

/// What a call of the body gives, at once or when it has been awaited.
template <class Body>
using BodyResult = typename Awaited<BodyReturn<Body>>::type;

/// @name What the body of each kind of looping call may give, at once or as an `asio::awaitable`
/// @{
template <class Body, class T>
concept fixed_interval_body = callable_body<Body> &&
    (std::is_void_v<BodyResult<Body>> || std::convertible_to<BodyResult<Body>, Step<T>>);

template <class Body, class T>
concept dynamic_body = fixed_interval_body<Body, T> ||
    (callable_body<Body>&& std::convertible_to<BodyResult<Body>, std::optional<Duration>>);

template <class Body, class T>
concept back_off_body =
    callable_body<Body> && std::convertible_to<BodyResult<Body>, BackOffStep<T>>;

template <class Body>
concept retry_operation = callable_body<Body> && !std::is_reference_v<BodyResult<Body>>;
/// @}

template <class Body>
concept awaitable_body = callable_body<Body> && Awaited<BodyReturn<Body>>::is_awaitable;

}  // namespace loopingcall::detail
