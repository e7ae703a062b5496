#pragma once

#include <loopingcall/retry.hpp>

#include "support/virtual_time.hpp"

namespace test {

using namespace loopingcall;
using namespace std::chrono_literals;

inline constexpr Backoff constant{.initial = 10ms, .multiplier = 1};

/// Retries in virtual time, and operations for them.
struct Retry : VirtualTime {
    /// Records the outcome of a retry.
    template <class T>
    auto telling(Told<T>& result) {
        return [this, &result](std::exception_ptr error, Outcome<T> outcome) {
            result = {std::move(error), std::move(outcome), in_ms(clock.now()), result.times + 1};
        };
    }
    /// Fails `times` times, then gives 7.
    auto failing(std::uint64_t times) {
        return [this, times](const Tick& tick) -> int {
            ran();
            if (tick.index < times) throw std::runtime_error("no " + std::to_string(tick.index));
            return 7;
        };
    }
    auto sleeping(Duration pause) {
        return [this, pause]() -> asio::awaitable<int> {
            ran();
            co_await clock.async_sleep(pause);
            co_return 7;
        };
    }
    asio::any_io_executor executor{context.get_executor()};
    Told<int> told;
};

}  // namespace test
