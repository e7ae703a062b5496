// Bodies that are refused, each with the one line that says why. Compiled by wrong_bodies.sh, which
// compares what the compiler says with the comments, which stand on one line each.
// clang-format off
#include <boost/asio/awaitable.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <loopingcall/loopingcall.hpp>
#include <string>

using namespace loopingcall;

// refused: the body of a FixedIntervalLoopingCall<T> must take `const Tick&` or nothing, and return void, Step<T>, or an asio::awaitable of one of them
FixedIntervalLoopingCall<> takes_a_number(asio::io_context& context) {
    return {context, [](int) {}};
}

// refused: the body of a FixedIntervalLoopingCall<T> must take `const Tick&` or nothing, and return void, Step<T>, or an asio::awaitable of one of them
FixedIntervalLoopingCall<int> returns_the_bare_value(asio::io_context& context) {
    return {context, [] { return 5; }};
}

// refused: the body of a FixedIntervalLoopingCall<T> must take `const Tick&` or nothing, and return void, Step<T>, or an asio::awaitable of one of them
FixedIntervalLoopingCall<int> awaits_another_type(asio::io_context& context) {
    return {context, []() -> asio::awaitable<std::string> { co_return "5"; }};
}

// refused: the body of a FixedIntervalLoopingCall<T> must take `const Tick&` or nothing, and return void, Step<T>, or an asio::awaitable of one of them
FixedIntervalLoopingCall<void, VirtualClock> is_bound_to_an_executor(asio::io_context& context,
                                                                     VirtualClock& clock) {
    using Executor = asio::io_context::executor_type;
    return {context, clock, []() -> asio::awaitable<void, Executor> { co_return; }};
}

// refused: the body of a DynamicLoopingCall<T> must take `const Tick&` or nothing, and return a std::chrono::duration, a std::optional of one, Step<T>, void, or an asio::awaitable of one of them
DynamicLoopingCall<> changes_the_tick(asio::io_context& context) {
    return {context, [](Tick& tick) { return tick.due - tick.started; }};
}

// refused: the body of a DynamicLoopingCall<T> must take `const Tick&` or nothing, and return a std::chrono::duration, a std::optional of one, Step<T>, void, or an asio::awaitable of one of them
DynamicLoopingCall<> returns_a_number_of_seconds(asio::io_context& context) {
    return {context, [] { return 5; }};
}

// refused: the body of a BackOffLoopingCall<T> must take `const Tick&` or nothing, and return bool, BackOffStep<T>, or an asio::awaitable of one of them
BackOffLoopingCall<> does_not_say_whether_it_succeeded(asio::io_context& context) {
    return {context, [] {}};
}

// refused: the operation of async_retry must take `const Tick&` or nothing, and return a value, Step<T>, void, or an asio::awaitable of one of them
void needs_an_argument(asio::io_context& context) {
    async_retry(context, {.max_attempts = 2}, [](const std::string&) {}, asio::detached);
}

// refused: the operation of async_retry must take `const Tick&` or nothing, and return a value, Step<T>, void, or an asio::awaitable of one of them
void is_no_function(asio::io_context& context, VirtualClock& clock) {
    async_retry(context, clock, {}, 5, asio::detached);
}
