#include "retry.hpp"

using namespace loopingcall;
using test::constant;
using test::Times;
using test::Told;
using namespace std::chrono_literals;

#define TEST_RUNS(...) BOOST_TEST(runs == (Times{__VA_ARGS__}), boost::test_tools::per_element())

BOOST_FIXTURE_TEST_SUITE(retry, test::Retry)

BOOST_AUTO_TEST_CASE(the_first_success_is_done) {
    async_retry(executor, clock, {.max_attempts = 5, .backoff = constant}, failing(2),
                telling(told));
    BOOST_TEST(runs.empty());  // nothing of the user runs inside
    clock.advance(1s);
    TEST_RUNS(0, 10, 20);
    BOOST_TEST(told.outcome.reason == StopReason::done);
    BOOST_TEST(told.outcome.value.value() == 7);
    BOOST_TEST(told.times == 1);
    BOOST_TEST(!told.error);
}

BOOST_AUTO_TEST_CASE(exhausted_comes_without_a_delay_and_with_the_last_error_unwrapped) {
    async_retry(executor, clock, {.max_attempts = 3, .backoff = constant}, failing(99),
                telling(told));
    clock.advance(1s);
    TEST_RUNS(0, 10, 20);
    BOOST_TEST(told.outcome.reason == StopReason::exhausted);
    BOOST_TEST(told.at == 20);
    BOOST_TEST(test::message_of(told.error) == "no 2");
    BOOST_TEST((told.error == told.outcome.error));
}

BOOST_AUTO_TEST_CASE(a_retry_makes_three_attempts_by_default) {
    async_retry(executor, clock, {}, failing(99), telling(told));
    clock.advance(1min);
    TEST_RUNS(0, 1000, 3000);
}

BOOST_AUTO_TEST_CASE(a_delay_that_does_not_end_before_the_deadline_is_not_begun) {
    async_retry(executor, clock,
                {.max_attempts = std::nullopt, .backoff = {.initial = 10ms}, .deadline = 25ms},
                failing(99), telling(told));
    clock.advance(1s);
    TEST_RUNS(0, 10);
    BOOST_TEST(told.outcome.reason == StopReason::timed_out);
    BOOST_TEST(told.at == 10);
    BOOST_TEST(test::message_of(told.error) == "no 1");
}

BOOST_AUTO_TEST_CASE(a_delay_that_ends_at_the_deadline_is_not_begun_either) {
    async_retry(executor, clock,
                {.max_attempts = std::nullopt, .backoff = constant, .deadline = 20ms}, failing(99),
                telling(told));
    clock.advance(1s);
    TEST_RUNS(0, 10);
}

BOOST_AUTO_TEST_CASE(retry_after_that_is_too_long_ends_it_at_once) {
    async_retry(executor, clock,
                {.deadline = 50ms, .delay_from = [](const Attempt<int>&) { return 100ms; }},
                failing(99), telling(told));
    clock.advance(1s);
    TEST_RUNS(0);
    BOOST_TEST(told.outcome.reason == StopReason::timed_out);
    BOOST_TEST(told.at == 0);
}

BOOST_AUTO_TEST_CASE(retry_after_replaces_the_delay_of_the_attempt_that_asks_for_it) {
    const auto delay_from = [](const Attempt<int>& attempt) -> std::optional<Duration> {
        if (attempt.number == 1) return 35ms;
        return std::nullopt;
    };
    async_retry(executor, clock, {.backoff = constant, .delay_from = delay_from}, failing(2),
                telling(told));
    clock.advance(1s);
    TEST_RUNS(0, 35, 45);
}

BOOST_AUTO_TEST_CASE(a_negative_retry_after_is_a_failure) {
    async_retry(executor, clock, {.delay_from = [](const Attempt<int>&) { return -1ns; }},
                failing(99), telling(told));
    clock.advance(1s);
    BOOST_TEST(told.outcome.reason == StopReason::failed);
    BOOST_TEST(test::message_of(told.error).starts_with("delay_from returned -1 ns"));
}

BOOST_AUTO_TEST_CASE(an_attempt_that_takes_too_long_is_cancelled_and_retried) {
    async_retry(executor, clock,
                {.max_attempts = 3, .backoff = {.initial = 0ms}, .attempt_timeout = 5ms},
                sleeping(20ms), telling(told));
    clock.advance(1s);
    TEST_RUNS(0, 5, 10);
    BOOST_TEST(told.outcome.reason == StopReason::exhausted);
    BOOST_TEST(told.at == 15);
    BOOST_TEST(test::code_of(told.error) == asio::error::timed_out);
}

BOOST_AUTO_TEST_CASE(the_deadline_cancels_the_attempt_that_runs) {
    async_retry(executor, clock, {.deadline = 15ms}, sleeping(20ms), telling(told));
    clock.advance(1s);
    TEST_RUNS(0);
    BOOST_TEST(told.outcome.reason == StopReason::timed_out);
    BOOST_TEST(told.at == 15);
    BOOST_TEST(!told.error);  // no attempt failed
}

BOOST_AUTO_TEST_CASE(cancelled_by_its_slot_it_is_stopped) {
    asio::cancellation_signal signal;
    async_retry(executor, clock, {}, sleeping(20ms),
                asio::bind_cancellation_slot(signal.slot(), telling(told)));
    clock.advance(5ms);
    signal.emit(asio::cancellation_type::total);
    clock.advance(0ns);
    TEST_RUNS(0);
    BOOST_TEST(told.outcome.reason == StopReason::stopped);
    BOOST_TEST(told.at == 5);
    BOOST_TEST(!told.error);
}

BOOST_AUTO_TEST_CASE(cancelled_while_it_waits_it_is_stopped_and_throws_nothing) {
    asio::cancellation_signal signal;
    async_retry(executor, clock, {.backoff = constant}, failing(99),
                asio::bind_cancellation_slot(signal.slot(), telling(told)));
    clock.advance(5ms);
    signal.emit(asio::cancellation_type::terminal);
    clock.advance(1s);
    TEST_RUNS(0);
    BOOST_TEST(told.outcome.reason == StopReason::stopped);
    BOOST_TEST(!told.error);
}

BOOST_AUTO_TEST_CASE(a_step_needs_no_throw_and_may_name_its_delay) {
    const auto operation = [this](const Tick& tick) -> asio::awaitable<Step<int>> {
        ran();
        if (tick.index == 0) co_return failed(asio::error::connection_refused);
        if (tick.index == 1) co_return after(33ms);
        if (tick.index == 2) co_return again;
        co_return done(3);
    };
    async_retry(executor, clock, {.max_attempts = 9, .backoff = constant}, operation,
                telling(told));
    clock.advance(1s);
    TEST_RUNS(0, 10, 43, 53);
    BOOST_TEST(told.outcome.value.value() == 3);
}

BOOST_AUTO_TEST_CASE(an_operation_without_a_value_is_done_when_it_returns) {
    Told<void> nothing;
    async_retry(
        executor, clock, {.backoff = constant},
        [this](const Tick& tick) {
            ran();
            if (tick.index == 0) throw std::runtime_error("no");
        },
        telling(nothing));
    clock.advance(1s);
    TEST_RUNS(0, 10);
    BOOST_TEST(nothing.outcome.reason == StopReason::done);
}

BOOST_AUTO_TEST_CASE(two_retries_of_one_policy_make_their_attempts_each) {
    const RetryPolicy<int> policy{.max_attempts = 3, .backoff = {.initial = 10ms}};
    Told<int> other;
    async_retry(executor, clock, policy, failing(99), telling(told));
    async_retry(executor, clock, policy, failing(99), telling(other));
    clock.advance(1s);
    TEST_RUNS(0, 0, 10, 10, 30, 30);
    BOOST_TEST(told.outcome.stats.runs == 3U);
    BOOST_TEST(other.outcome.stats.runs == 3U);
}

BOOST_AUTO_TEST_CASE(co_await_gives_the_value_or_throws_the_last_error) {
    std::vector<std::string> log;
    const auto use = [&]() -> asio::awaitable<void> {
        const auto good = co_await async_retry(executor, clock, {.backoff = constant}, failing(1));
        log.push_back("value " + std::to_string(*good.value));
        try {
            co_await async_retry(executor, clock, {.backoff = constant}, failing(99));
        } catch (const std::runtime_error& error) {
            log.emplace_back(error.what());
        }
    };
    asio::co_spawn(context, use(), asio::detached);
    clock.advance(1s);
    BOOST_TEST(log == (std::vector<std::string>{"value 7", "no 2"}),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_policy_out_of_range_is_refused_before_anything_starts) {
    const auto refused = [&](RetryPolicy<int> policy) {
        BOOST_CHECK_THROW(
            async_retry(executor, clock, std::move(policy), failing(0), telling(told)),
            std::invalid_argument);
    };
    refused({.max_attempts = 0});
    refused({.backoff = {.jitter = 2}});
    refused({.deadline = -1ns});
    refused({.attempt_timeout = 1s});  // a plain operation
    clock.advance(1s);
    BOOST_TEST(runs.empty());
    BOOST_TEST(told.times == 0);
}

BOOST_AUTO_TEST_CASE(nothing_keeps_the_context_running_when_it_is_over) {
    async_retry(executor, {.backoff = {.initial = 1ms}}, failing(1), asio::detached);
    context.run();  // returns
    BOOST_TEST(runs.size() == 2U);
}

BOOST_AUTO_TEST_SUITE_END()
