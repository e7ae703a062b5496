#include <atomic>
#include <future>
#include <loopingcall/back_off_looping_call.hpp>
#include <loopingcall/dynamic_looping_call.hpp>
#include <loopingcall/fixed_interval_looping_call.hpp>
#include <loopingcall/retry.hpp>

#include "support/virtual_time.hpp"

using namespace loopingcall;
using test::Told;
using namespace std::chrono_literals;

// Most of these prove their point under AddressSanitizer and LeakSanitizer.
BOOST_FIXTURE_TEST_SUITE(lifetime, test::VirtualTime)

BOOST_AUTO_TEST_CASE(destroyed_inside_its_own_body) {
    auto call = std::make_unique<FixedIntervalLoopingCall<void, VirtualClock>>(make([] {}));
    Told<void> told;
    *call = make([&, big = std::string(100, 'x')] {
        ran();
        call.reset();
        BOOST_TEST(big.size() == 100U);  // the body is still there
    });
    call->start({.interval = 100ms});
    watch(*call, told);
    clock.advance(1s);
    BOOST_TEST(runs.size() == 1U);
    BOOST_TEST(told.outcome.reason == StopReason::stopped);
}

BOOST_AUTO_TEST_CASE(destroyed_inside_its_own_awaitable_body) {
    std::unique_ptr<FixedIntervalLoopingCall<void, VirtualClock>> call;
    call = std::make_unique<FixedIntervalLoopingCall<void, VirtualClock>>(
        make([&, big = std::string(100, 'x')]() -> asio::awaitable<void> {
            ran();
            call.reset();
            BOOST_TEST(big.size() == 100U);
            co_await clock.async_sleep(10ms);  // gives up: the loop was cancelled
            ran();
        }));
    Told<void> told;
    call->start({.interval = 100ms});
    watch(*call, told);
    clock.advance(1s);
    BOOST_TEST(runs.size() == 1U);
    BOOST_TEST(told.outcome.reason == StopReason::stopped);
}

BOOST_AUTO_TEST_CASE(destroyed_while_sleeping_its_waiters_receive_the_outcome) {
    Told<void> told;
    {
        auto call = recording();
        call.start({.interval = 100ms});
        watch(call, told);
        clock.advance(10ms);
    }
    clock.advance(500ms);
    BOOST_TEST(runs.size() == 1U);
    BOOST_TEST(told.outcome.reason == StopReason::stopped);
    BOOST_TEST(clock.pending() == 0U);
}

BOOST_AUTO_TEST_CASE(a_body_that_is_done_after_the_object_is_gone_is_done) {
    Told<int> told;
    {
        FixedIntervalLoopingCall<int, VirtualClock> call(
            context.get_executor(), clock, [&]() -> asio::awaitable<Step<int>> {
                try {
                    co_await clock.async_sleep(50ms);
                } catch (const boost::system::system_error&) {
                }
                co_return done(5);
            });
        call.start({.interval = 100ms});
        watch(call, told);
        clock.advance(10ms);
    }
    clock.advance(0ns);
    BOOST_TEST(told.outcome.reason == StopReason::done);
    BOOST_TEST(told.outcome.value.value() == 5);
}

BOOST_AUTO_TEST_CASE(moved_while_running) {
    auto first = recording();
    first.start({.interval = 100ms});
    clock.advance(50ms);
    auto second = std::move(first);
    clock.advance(100ms);
    BOOST_TEST(runs.size() == 2U);
    second = recording();  // stops what it held
    clock.advance(500ms);
    BOOST_TEST(runs.size() == 2U);
}

BOOST_AUTO_TEST_CASE(the_context_destroyed_while_a_loop_sleeps) {
    auto dying = std::make_unique<asio::io_context>();
    FixedIntervalLoopingCall<> call(dying->get_executor(), [&] { ran(); });
    call.start({.interval = 1h});
    call.async_wait([](std::exception_ptr, const Outcome<void>&) {
        BOOST_ERROR("a handler ran although its context is gone");
    });
    dying->run_one();
    BOOST_TEST(runs.size() == 1U);
    dying.reset();
    BOOST_TEST(!call.running());
    call.stop();
}

BOOST_AUTO_TEST_CASE(the_context_destroyed_while_an_awaitable_body_is_between_two_calls) {
    auto dying = std::make_unique<asio::io_context>();
    FixedIntervalLoopingCall<> call(dying->get_executor(), [&]() -> asio::awaitable<void> {
        ran();
        co_return;
    });
    call.start({.interval = 1h});
    dying->poll();
    BOOST_TEST(runs.size() == 1U);
    dying.reset();
    BOOST_TEST(!call.running());
}

BOOST_AUTO_TEST_CASE(the_context_destroyed_while_a_body_is_suspended) {
    auto dying = std::make_unique<asio::io_context>();
    FixedIntervalLoopingCall<> call(dying->get_executor(), [&]() -> asio::awaitable<void> {
        ran();
        asio::steady_timer timer(co_await asio::this_coro::executor, 1h);
        co_await timer.async_wait(asio::use_awaitable);
    });
    call.start({.interval = 1h});
    dying->poll();
    BOOST_TEST(runs.size() == 1U);
    dying.reset();
    BOOST_TEST(!call.running());
}

BOOST_AUTO_TEST_CASE(a_coroutine_that_owns_the_call_it_waits_for_is_freed_with_the_context) {
    auto witness = std::make_shared<int>(0);
    const std::weak_ptr<int> alive = witness;
    {
        asio::io_context dying;
        auto main = [&dying](std::shared_ptr<int> held) -> asio::awaitable<void> {
            FixedIntervalLoopingCall<> call(dying.get_executor(), [held] {});
            co_await call.start({.interval = 1h}).async_wait();
        };
        asio::co_spawn(dying, main(std::move(witness)), asio::detached);
        dying.poll();
        BOOST_TEST(!alive.expired());
    }
    BOOST_TEST(alive.expired());
}

BOOST_AUTO_TEST_CASE(the_virtual_clock_destroyed_before_the_loop_it_drives) {
    asio::io_context other;
    auto short_lived = std::make_unique<VirtualClock>(other);
    FixedIntervalLoopingCall<void, VirtualClock> call(other.get_executor(), *short_lived,
                                                      [&] { ran(); });
    call.start({.interval = 100ms});
    short_lived->advance(10ms);
    short_lived.reset();
    call.stop();
    other.restart();
    other.poll();
    BOOST_TEST(runs.size() == 1U);
}

BOOST_AUTO_TEST_CASE(destroyed_from_another_thread_while_it_runs) {
    asio::thread_pool pool(2);
    std::atomic<int> told = 0;
    for (int i = 0; i < 500; ++i) {
        const auto made = std::make_shared<std::promise<void>>();
        FixedIntervalLoopingCall<> plain(
            pool.get_executor(), [big = std::string(100, 'x')] { static_cast<void>(big.size()); });
        FixedIntervalLoopingCall<> awaitable(
            pool.get_executor(),
            [big = std::string(100, 'x'), made](const Tick& tick) -> asio::awaitable<void> {
                if (tick.index == 1) made->set_value();
                co_await asio::post(asio::use_awaitable);
                static_cast<void>(big.size());
            });
        for (auto* call : {&plain, &awaitable}) {
            call->start({.interval = 1us});
            call->async_wait([&](std::exception_ptr, const Outcome<void>&) { ++told; });
        }
        made->get_future().wait();  // for the first call; asleep, or the loops would have to wait
    }
    pool.join();
    BOOST_TEST(told == 1000);
}

BOOST_AUTO_TEST_CASE(the_context_stopped_and_destroyed_with_loops_of_every_kind_alive) {
    auto dying = std::make_unique<asio::io_context>();
    const auto executor = dying->get_executor();
    const auto asleep = []() -> asio::awaitable<bool> {
        asio::steady_timer timer(co_await asio::this_coro::executor, 1h);
        co_await timer.async_wait(asio::use_awaitable);
        co_return false;
    };
    FixedIntervalLoopingCall<> fixed(executor, [] {});
    FixedIntervalLoopingCall<> on_strand(asio::make_strand(*dying),
                                         []() -> asio::awaitable<void> { co_return; });
    DynamicLoopingCall<> dynamic(executor, [] { return 1h; });
    BackOffLoopingCall<> back_off(executor, asleep);
    fixed.start({.interval = 1ms});
    on_strand.start({.interval = 1ms});
    dynamic.start({});
    back_off.start({});
    async_retry(
        executor, {.backoff = {.initial = 1h}},
        []() -> Step<int> { return failed(asio::error::timed_out); }, asio::detached);
    dying->run_for(5ms);
    dying->stop();
    fixed.trigger();
    back_off.stop(cancel);
    dying.reset();
    BOOST_TEST(!fixed.running());
    BOOST_TEST(!on_strand.running());
    BOOST_TEST(!dynamic.running());
    BOOST_TEST(!back_off.running());
}

BOOST_AUTO_TEST_CASE(the_context_destroyed_before_a_queued_call_began) {
    auto dying = std::make_unique<asio::io_context>();
    const auto body = [&]() -> asio::awaitable<void> {
        ran();
        co_return;
    };
    FixedIntervalLoopingCall<> call(dying->get_executor(), body);
    FixedIntervalLoopingCall<> on_strand(asio::make_strand(*dying), body);
    call.start({.interval = 1h});
    on_strand.start({.interval = 1h});
    dying->poll();
    call.trigger();
    on_strand.trigger();
    call.stop(cancel);
    dying.reset();
    BOOST_TEST(runs.size() == 2U);
    BOOST_TEST(!call.running());
}

BOOST_AUTO_TEST_SUITE_END()
