#pragma once

#include <boost/asio.hpp>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <concepts>
#include <functional>
#include <loopingcall/fixed_interval_looping_call.hpp>
#include <loopingcall/virtual_clock.hpp>
#include <optional>
#include <vector>

namespace test {

namespace asio = boost::asio;
using namespace std::chrono_literals;

/// Times in whole milliseconds of virtual time, as the specification writes them.
using Times = std::vector<long>;

inline long in_ms(loopingcall::TimePoint point) {
    return static_cast<long>(
        std::chrono::duration_cast<std::chrono::milliseconds>(point.time_since_epoch()).count());
}

/// The result of an async_wait(), and when it came.
template <class T>
struct Told {
    std::exception_ptr error;
    loopingcall::Outcome<T> outcome;
    long at = 0;
    int times = 0;
};

/// The body as a `std::function`: the compiler makes a loop once for all bodies that are called
/// alike. A body that is not copyable stays as it is.
template <class Body>
auto erased(Body body) {
    if constexpr (!std::copy_constructible<Body>) {
        return body;
    } else if constexpr (std::invocable<Body&>) {
        return std::function<std::invoke_result_t<Body&>()>(std::move(body));
    } else {
        using loopingcall::Tick;
        return std::function<std::invoke_result_t<Body&, const Tick&>(const Tick&)>(
            std::move(body));
    }
}

/// An event loop in virtual time, and a record of when bodies ran.
struct VirtualTime {
    asio::io_context context;
    loopingcall::VirtualClock clock{context};
    Times runs;

    void ran() { runs.push_back(in_ms(clock.now())); }

    /// Records what `call` ends as. The result must outlive the wait.
    template <class T, class Clock>
    void watch(loopingcall::LoopingCallBase<T, Clock>& call, Told<T>& told) {
        call.async_wait([this, &told](std::exception_ptr error, loopingcall::Outcome<T> outcome) {
            told = {std::move(error), std::move(outcome), in_ms(clock.now()), told.times + 1};
        });
    }

    /// A call whose body only records that it ran.
    template <class Body>
    auto make(Body body) {
        return loopingcall::FixedIntervalLoopingCall<void, loopingcall::VirtualClock>(
            context.get_executor(), clock, erased(std::move(body)));
    }
    auto recording() {
        return make([this] { ran(); });
    }
};

/// The message of the exception that `error` holds, or nothing.
inline std::string message_of(const std::exception_ptr& error) {
    if (!error) return {};
    try {
        std::rethrow_exception(error);
    } catch (const std::exception& thrown) {
        return thrown.what();
    } catch (...) {
        return "not a std::exception";
    }
}

/// The code of the system_error that `error` holds, or no error.
inline boost::system::error_code code_of(const std::exception_ptr& error) {
    if (!error) return {};
    try {
        std::rethrow_exception(error);
    } catch (const boost::system::system_error& thrown) {
        return thrown.code();
    } catch (...) {
        return {};
    }
}

}  // namespace test
