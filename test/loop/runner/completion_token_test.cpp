#include <boost/asio/experimental/awaitable_operators.hpp>
#include <future>
#include <loopingcall/fixed_interval_looping_call.hpp>
#include <thread>

#include "support/virtual_time.hpp"

using namespace loopingcall;
using namespace std::chrono_literals;

namespace {

auto three_then_done(asio::io_context& context, VirtualClock& clock) {
    return FixedIntervalLoopingCall<int, VirtualClock>(context.get_executor(), clock,
                                                       [](const Tick& tick) -> Step<int> {
                                                           if (tick.index < 3) return again;
                                                           return done(3);
                                                       });
}

auto throwing(asio::io_context& context, VirtualClock& clock) {
    return FixedIntervalLoopingCall<void, VirtualClock>(context.get_executor(), clock,
                                                        [] { throw std::runtime_error("broken"); });
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(completion_token, test::VirtualTime)

BOOST_AUTO_TEST_CASE(awaited_without_a_token_in_one_line) {
    auto call = three_then_done(context, clock);
    int value = 0;
    auto main = [&]() -> asio::awaitable<void> {
        const Outcome<int> outcome = co_await call.start({.interval = 1s}).async_wait();
        value = outcome.value.value();
    };
    asio::co_spawn(context, main, asio::detached);
    clock.advance(10s);
    BOOST_TEST(value == 3);
}

BOOST_AUTO_TEST_CASE(awaiting_throws_what_the_body_threw) {
    auto call = throwing(context, clock);
    std::string message;
    auto main = [&]() -> asio::awaitable<void> {
        try {
            co_await call.start({.interval = 1s}).async_wait();
        } catch (const std::runtime_error& error) {
            message = error.what();
        }
    };
    asio::co_spawn(context, main, asio::detached);
    clock.advance(10s);
    BOOST_TEST(message == "broken");
}

BOOST_AUTO_TEST_CASE(as_tuple_gives_the_error_with_the_outcome_instead_of_throwing) {
    auto call = throwing(context, clock);
    StopReason reason = StopReason::done;
    auto main = [&]() -> asio::awaitable<void> {
        call.start({.interval = 1s});
        auto [error, outcome] = co_await call.async_wait(asio::as_tuple(asio::use_awaitable));
        BOOST_TEST(test::message_of(error) == "broken");
        reason = outcome.reason;
    };
    asio::co_spawn(context, main, asio::detached);
    clock.advance(10s);
    BOOST_TEST(reason == StopReason::failed);
}

BOOST_AUTO_TEST_CASE(use_future_gives_a_future) {
    auto call = three_then_done(context, clock);
    auto future = call.start({.interval = 1s}).async_wait(asio::use_future);
    clock.advance(10s);
    BOOST_TEST(future.get().value.value() == 3);
}

BOOST_AUTO_TEST_CASE(deferred_gives_an_operation_that_starts_later) {
    auto call = three_then_done(context, clock);
    auto operation = call.start({.interval = 1s}).async_wait(asio::deferred);
    int value = 0;
    std::move(operation)(
        [&](std::exception_ptr, Outcome<int> outcome) { value = outcome.value.value(); });
    clock.advance(10s);
    BOOST_TEST(value == 3);
}

BOOST_AUTO_TEST_CASE(detached_ignores_the_outcome) {
    auto call = three_then_done(context, clock);
    call.start({.interval = 1s}).async_wait(asio::detached);
    clock.advance(10s);
    BOOST_TEST(!call.running());
}

BOOST_AUTO_TEST_CASE(bound_allocators_are_used_for_the_operation) {
    auto call = three_then_done(context, clock);
    bool told = false;
    call.start({.interval = 1s})
        .async_wait(asio::bind_allocator(
            std::allocator<void>(), [&](std::exception_ptr, const Outcome<int>&) { told = true; }));
    clock.advance(10s);
    BOOST_TEST(told);
}

BOOST_AUTO_TEST_CASE(a_wait_can_lose_a_race_without_hurting_the_loop) {
    using namespace asio::experimental::awaitable_operators;
    auto call = three_then_done(context, clock);
    std::size_t winner = 9;
    auto main = [&]() -> asio::awaitable<void> {
        call.start({.interval = 1s});
        auto first = co_await (call.async_wait() || clock.async_sleep(1500ms));
        winner = first.index();
    };
    asio::co_spawn(context, main, asio::detached);
    clock.advance(1600ms);
    BOOST_TEST(winner == 1U);
    BOOST_TEST(call.running());
}

BOOST_AUTO_TEST_SUITE_END()
