// Nothing of the caller's is touched once the completion may have run, on another thread.
#include <loopingcall/loopingcall.hpp>

#include "support/own_signals.hpp"
#include "support/virtual_time.hpp"

using namespace loopingcall;
using namespace std::chrono_literals;

namespace {

/// A looping call whose handler destroys it, besides its signal. The run may have ended before it
/// is waited for.
template <class Call, class Body, class Options>
void start_and_wait(test::OwnSignals& signals, Body body, const Options& options) {
    auto call = std::make_unique<Call>(signals.pool, std::move(body));
    Call& started = *call;
    started.start(options);
    started.async_wait(signals.handler(std::move(call)));
}

struct Kept : Observer {
    explicit Kept(std::shared_ptr<int> what) : kept(std::move(what)) {}
    std::shared_ptr<int> kept;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(completion_race, test::OwnSignals)

BOOST_AUTO_TEST_CASE(the_handler_of_a_retry_may_destroy_the_signal_of_its_slot) {
    for (int i = 0; i < operations; ++i) {
        async_retry(
            pool, {}, [i, kept = std::make_shared<int>(i)] { return *kept + i; }, handler());
    }
    expect_all_completed();
}

BOOST_AUTO_TEST_CASE(the_handler_of_an_awaitable_retry_may_destroy_the_signal_of_its_slot) {
    for (int i = 0; i < operations; ++i) {
        async_retry(
            pool, {.backoff = {.initial = 0ns}},
            [i](const Tick& tick) -> asio::awaitable<int> {
                co_await asio::post(asio::use_awaitable);
                if (tick.index < static_cast<std::uint64_t>(i % 3)) throw std::runtime_error("no");
                co_return i;
            },
            handler());
    }
    expect_all_completed();
}

BOOST_AUTO_TEST_CASE(a_retry_may_be_awaited_by_a_coroutine_that_moves_to_another_thread) {
    std::atomic<int> sum = 0;
    const auto awaiting = [&]() -> asio::awaitable<void> {
        for (int i = 0; i < operations / 100; ++i) {
            auto outcome = co_await async_retry(pool, {}, [] { return 1; });
            sum += *outcome.value;
        }
    };
    for (int i = 0; i < 100; ++i) asio::co_spawn(pool, awaiting, asio::detached);
    pool.join();
    BOOST_TEST(sum == operations);
}

BOOST_AUTO_TEST_CASE(the_handler_of_a_wait_may_destroy_its_signal_and_the_fixed_interval_call) {
    using Call = FixedIntervalLoopingCall<int>;
    for (int i = 0; i < operations; ++i) {
        start_and_wait<Call>(
            *this, [i]() -> Step<int> { return done(i); }, Options{});
    }
    expect_all_completed();
}

BOOST_AUTO_TEST_CASE(the_handler_of_a_wait_may_destroy_its_signal_and_the_awaitable_call) {
    using Call = FixedIntervalLoopingCall<int>;
    const auto body = []() -> asio::awaitable<Step<int>> {
        co_await asio::post(asio::use_awaitable);
        co_return done(1);
    };
    for (int i = 0; i < operations; ++i) start_and_wait<Call>(*this, body, Options{});
    expect_all_completed();
}

BOOST_AUTO_TEST_CASE(the_handler_of_a_wait_may_destroy_its_signal_and_the_dynamic_call) {
    for (int i = 0; i < operations; ++i) {
        start_and_wait<DynamicLoopingCall<>>(
            *this, [] { return 1h; }, DynamicOptions{.max_calls = 1});
    }
    expect_all_completed();
}

BOOST_AUTO_TEST_CASE(the_handler_of_a_wait_may_destroy_its_signal_and_the_back_off_call) {
    for (int i = 0; i < operations; ++i) {
        start_and_wait<BackOffLoopingCall<>>(
            *this, [] { return false; }, BackOffOptions{.max_calls = 1});
    }
    expect_all_completed();
}

BOOST_AUTO_TEST_CASE(the_handler_of_a_wait_for_nothing_may_destroy_its_signal_and_the_call) {
    for (int i = 0; i < operations; ++i) {
        auto call = std::make_unique<FixedIntervalLoopingCall<>>(pool, [] {});
        auto& never_started = *call;
        never_started.async_wait(handler(std::move(call)));
    }
    expect_all_completed();
}

BOOST_AUTO_TEST_CASE(the_handler_of_a_virtual_sleep_may_destroy_the_signal_of_its_slot) {
    asio::io_context context;
    VirtualClock clock{context};
    for (int i = 0; i < operations; ++i) {
        clock.async_sleep((i % 10) * 1ms, asio::bind_executor(pool, handler()));
        if (i % 100 == 0) clock.advance(5ms);
    }
    clock.advance(1s);
    expect_all_completed();
}

BOOST_AUTO_TEST_CASE(the_handler_of_a_cancelled_retry_may_destroy_the_signal_that_cancels_it) {
    for (int i = 0; i < operations; ++i) {
        async_retry(
            pool, {.backoff = {.initial = 1h}}, [] { throw std::runtime_error("no"); }, handler());
        cancel();
    }
    expect_all_completed();
}

BOOST_AUTO_TEST_CASE(the_handler_of_a_cancelled_wait_may_destroy_its_signal_and_the_call) {
    using Call = FixedIntervalLoopingCall<>;
    for (int i = 0; i < operations; ++i) {
        start_and_wait<Call>(
            *this, [] {}, Options{.interval = 1h});
        cancel();
    }
    expect_all_completed();
}

// Each of these would be destroyed by the thread that called the handler, after it.
BOOST_FIXTURE_TEST_CASE(all_that_a_retry_was_given_is_gone_before_its_handler_runs,
                        test::VirtualTime) {
    auto used = std::make_shared<int>(0);
    const std::weak_ptr<int> left = used;
    async_retry(
        context, clock,
        {.max_attempts = 2,
         .should_retry = [used](const Attempt<void>&) { return true; },
         .delay_from = [used](const Attempt<void>&) { return std::optional(1ms); },
         .random = [used] { return 0.5; },
         .observer = std::make_shared<Kept>(used)},
        [used] { throw std::runtime_error("no"); },
        [&](const std::exception_ptr&, const Outcome<void>&) {
            BOOST_TEST(left.expired());
            ran();
        });
    used.reset();
    BOOST_TEST(!left.expired());
    clock.run_until_idle();
    BOOST_TEST(runs.size() == 1U);
}

BOOST_FIXTURE_TEST_CASE(what_an_awaitable_operation_captured_is_gone_before_the_handler_runs,
                        test::VirtualTime) {
    auto used = std::make_shared<int>(0);
    const std::weak_ptr<int> left = used;
    async_retry(
        context, clock, {},
        [used, this]() -> asio::awaitable<int> {
            co_await clock.async_sleep(1ms);
            co_return *used;
        },
        [&](const std::exception_ptr&, const Outcome<int>&) {
            BOOST_TEST(left.expired());
            ran();
        });
    used.reset();
    clock.run_until_idle();
    BOOST_TEST(runs.size() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
