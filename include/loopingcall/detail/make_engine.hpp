#pragma once

#include <loopingcall/detail/awaitable_engine.hpp>
#include <loopingcall/detail/body.hpp>
#include <loopingcall/detail/plain_engine.hpp>
#include <loopingcall/detail/timer_queue.hpp>
#include <memory>
#include <type_traits>
#include <utility>

namespace loopingcall::detail {

template <class T, class Body>
using EngineFor =
    std::conditional_t<awaitable_body<Body>, AwaitableEngine<T, Body>, PlainEngine<T, Body>>;

/// The loop of a `T` that calls `body`.
template <class T, class Body>
std::shared_ptr<Engine> make_engine(const asio::any_io_executor& executor,
                                    std::shared_ptr<TimerQueue> queue, Body body) {
    return std::make_shared<EngineFor<T, Body>>(executor, std::move(queue), std::move(body));
}

}  // namespace loopingcall::detail
