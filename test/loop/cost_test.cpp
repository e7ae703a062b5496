// What can be counted exactly: allocations, bytes and system calls. Time is for test/bench.
#include <loopingcall/fixed_interval_looping_call.hpp>
#include <memory>
#include <vector>

#include "support/hand_written_timer.hpp"
#include "support/heap.hpp"
#include "support/system_calls.hpp"
#include "support/virtual_time.hpp"

using namespace loopingcall;
using namespace std::chrono_literals;

namespace {

/// Counts ticks, and ends the run of its context with the last of them.
struct Ticks {
    asio::io_context context;
    std::uint64_t left = 0;
    std::uint64_t counted = 0;
    std::uint64_t allocations_before = 0;

    void operator()() {
        if (left == counted) allocations_before = test::allocations();
        if (left-- == 0) context.stop();
    }
    void run(std::uint64_t ticks) {
        left = ticks;
        context.run();
    }
    /// Allocations of so many ticks, after as many in which everything finds its place. In one run,
    /// because Asio's own memory belongs to that.
    std::uint64_t allocations_of(std::uint64_t ticks) {
        counted = ticks;
        run(2 * ticks);
        return test::allocations() - allocations_before;
    }
};

template <class Body>
std::uint64_t allocations_of_ticks(Body make_body) {
    Ticks ticks;
    FixedIntervalLoopingCall<> call(ticks.context.get_executor(), make_body(ticks));
    call.start({.interval = 20us});
    return ticks.allocations_of(500);
}

template <class Body>
std::size_t bytes_of_idle_call(Body body, std::size_t count) {
    asio::io_context context;
    std::vector<FixedIntervalLoopingCall<>> calls;
    calls.reserve(count + 1);
    const auto start = [&] {
        calls.emplace_back(context.get_executor(), body);
        calls.back().start({.interval = 1h});
    };
    start();
    context.poll();  // what a context has once
    const std::size_t before = test::bytes_in_use();
    for (std::size_t i = 0; i < count; ++i) start();
    context.poll();  // every call has been made once
    BOOST_TEST(calls.back().stats().runs == 1U);
    return (test::bytes_in_use() - before) / count + sizeof(calls.front());
}

asio::awaitable<void> nested(Ticks& ticks) {
    ticks();
    co_return;
}

/// System calls of one more tick.
template <class Make>
std::optional<double> system_calls_of_a_tick(Make make) {
    const auto run = [&](std::uint64_t ticks) {
        return test::system_calls_of([&] {
            Ticks counted;
            const auto timer = make(counted);
            counted.run(ticks);
        });
    };
    const auto few = run(100);
    const auto many = run(300);
    if (!few || !many) return std::nullopt;
    return static_cast<double>(*many - *few) / 200;
}

constexpr Duration in_the_future = 3ms;  // a traced process is slow

auto counted_only() {
    return boost::unit_test::precondition([](boost::unit_test::test_unit_id) {
        return boost::test_tools::assertion_result(test::heap_is_counted);
    });
}

}  // namespace

BOOST_AUTO_TEST_SUITE(cost)

BOOST_AUTO_TEST_CASE(a_tick_of_a_plain_body_allocates_nothing, *counted_only()) {
    BOOST_TEST(allocations_of_ticks([](Ticks& ticks) { return [&ticks] { ticks(); }; }) == 0U);
}

BOOST_AUTO_TEST_CASE(a_tick_of_an_awaitable_body_allocates_nothing, *counted_only()) {
    BOOST_TEST(allocations_of_ticks([](Ticks& ticks) {
                   return [&ticks]() -> asio::awaitable<void> {
                       ticks();
                       co_return;
                   };
               }) == 0U);
}

BOOST_AUTO_TEST_CASE(a_tick_of_two_nested_coroutines_allocates_nothing, *counted_only()) {
    BOOST_TEST(allocations_of_ticks([](Ticks& ticks) {
                   return [&ticks]() -> asio::awaitable<void> { co_await nested(ticks); };
               }) == 0U);
}

BOOST_AUTO_TEST_CASE(a_tick_on_a_strand_of_the_users_allocates_nothing, *counted_only()) {
    Ticks ticks;
    FixedIntervalLoopingCall<> call(asio::make_strand(ticks.context),
                                    [&]() -> asio::awaitable<void> { co_await nested(ticks); });
    call.start({.interval = 20us});
    BOOST_TEST(ticks.allocations_of(500) == 0U);
}

BOOST_AUTO_TEST_CASE(ticks_of_many_loops_allocate_nothing, *counted_only()) {
    Ticks ticks;
    std::vector<FixedIntervalLoopingCall<>> calls;
    for (int i = 0; i < 100; ++i) {
        calls.emplace_back(ticks.context.get_executor(),
                           [&]() -> asio::awaitable<void> { co_await nested(ticks); });
        calls.back().start({.interval = 1ms, .initial_delay = i * 10us});
    }
    BOOST_TEST(ticks.allocations_of(20000) == 0U);
}

BOOST_AUTO_TEST_CASE(an_idle_call_with_a_plain_body_takes_at_most_400_bytes, *counted_only()) {
    for (const std::size_t count : {1'000U, 100'000U}) {
        const std::size_t bytes =
            bytes_of_idle_call([pointer = &count] { static_cast<void>(pointer); }, count);
        BOOST_TEST_MESSAGE("plain, " << count << " calls: " << bytes << " bytes each");
        BOOST_TEST(bytes <= 400U);
    }
}

BOOST_AUTO_TEST_CASE(an_idle_call_with_an_awaitable_body_takes_at_most_470_bytes, *counted_only()) {
    const auto body = []() -> asio::awaitable<void> { co_return; };
    for (const std::size_t count : {1'000U, 100'000U}) {
        const std::size_t bytes = bytes_of_idle_call(body, count);
        BOOST_TEST_MESSAGE("awaitable, " << count << " calls: " << bytes << " bytes each");
        BOOST_TEST(bytes <= 470U);
    }
}

BOOST_AUTO_TEST_CASE(a_tick_makes_no_more_system_calls_than_a_timer_written_by_hand,
                     *counted_only()) {
    const auto by_hand = system_calls_of_a_tick([](Ticks& ticks) {
        auto tick = [&ticks] { ticks(); };
        return std::make_unique<test::HandWrittenTimer<decltype(tick)>>(
            ticks.context, in_the_future, Duration::zero(), tick);
    });
    const auto start = [](Ticks& ticks, auto body) {
        auto call = std::make_unique<FixedIntervalLoopingCall<>>(ticks.context.get_executor(),
                                                                 std::move(body));
        call->start({.interval = in_the_future});
        return call;
    };
    const auto plain =
        system_calls_of_a_tick([&](Ticks& ticks) { return start(ticks, [&ticks] { ticks(); }); });
    const auto awaitable = system_calls_of_a_tick([&](Ticks& ticks) {
        return start(ticks, [&ticks]() -> asio::awaitable<void> { return nested(ticks); });
    });
    if (!by_hand || !plain || !awaitable) {
        BOOST_TEST_MESSAGE("skipped: no process may be traced here");
        return;
    }
    BOOST_TEST_MESSAGE("system calls a tick: " << *by_hand << " by hand, " << *plain << " plain, "
                                               << *awaitable << " awaitable");
    BOOST_TEST(*plain <= *by_hand + 0.05);
    BOOST_TEST(*awaitable <= *by_hand + 0.05);
}

BOOST_AUTO_TEST_CASE(a_tick_that_is_due_already_arms_no_timer, *counted_only()) {
    const auto due = system_calls_of_a_tick([](Ticks& ticks) {
        auto call = std::make_unique<FixedIntervalLoopingCall<>>(ticks.context.get_executor(),
                                                                 [&ticks] { ticks(); });
        call->start({.interval = 1ns, .missed_ticks = MissedTicks::burst});
        return call;
    });
    if (!due) {
        BOOST_TEST_MESSAGE("skipped: no process may be traced here");
        return;
    }
    BOOST_TEST(*due <= 1.0);  // the look of the scheduler for other events
}

BOOST_AUTO_TEST_SUITE_END()
