// Which errors and results are worth another attempt.
#include "retry.hpp"

using namespace loopingcall;
using test::constant;
using test::Times;
using test::Told;
using namespace std::chrono_literals;

#define TEST_RUNS(...) BOOST_TEST(runs == (Times{__VA_ARGS__}), boost::test_tools::per_element())

BOOST_FIXTURE_TEST_SUITE(should_retry, test::Retry)

BOOST_AUTO_TEST_CASE(an_operation_aborted_of_its_own_is_not_retried) {
    const auto aborted = [this]() -> int {
        ran();
        throw boost::system::system_error(asio::error::operation_aborted);
    };
    async_retry(executor, clock, {.backoff = constant}, aborted, telling(told));
    clock.advance(1s);
    TEST_RUNS(0);
    BOOST_TEST(told.outcome.reason == StopReason::failed);
    BOOST_TEST(test::code_of(told.error) == asio::error::operation_aborted);
}

BOOST_AUTO_TEST_CASE(an_operation_aborted_of_its_own_is_retried_if_should_retry_says_so) {
    const auto timed_out_by_hand = [this]() -> asio::awaitable<int> {
        ran();
        asio::cancellation_signal signal;
        asio::co_spawn(
            context,
            [&]() -> asio::awaitable<void> {
                co_await clock.async_sleep(5ms);
                signal.emit(asio::cancellation_type::all);
            },
            asio::detached);
        co_await clock.async_sleep(
            1h, asio::bind_cancellation_slot(signal.slot(), asio::use_awaitable));
        co_return 7;
    };
    async_retry(executor, clock,
                {.max_attempts = 3,
                 .backoff = constant,
                 .should_retry = [](const Attempt<int>&) { return true; }},
                timed_out_by_hand, telling(told));
    clock.advance(1s);
    TEST_RUNS(0, 15, 30);
    BOOST_TEST(told.outcome.reason == StopReason::exhausted);
    BOOST_TEST(test::code_of(told.error) == asio::error::operation_aborted);
}

BOOST_AUTO_TEST_CASE(should_retry_is_not_asked_about_the_cancellation_of_the_retry) {
    int asked = 0;
    const auto ask = [&](const Attempt<int>&) { return ++asked > 0; };
    asio::cancellation_signal signal;
    async_retry(executor, clock, {.should_retry = ask}, sleeping(1h),
                asio::bind_cancellation_slot(signal.slot(), telling(told)));
    clock.advance(1s);
    signal.emit(asio::cancellation_type::terminal);
    clock.advance(1s);
    BOOST_TEST(told.outcome.reason == StopReason::stopped);
    async_retry(executor, clock, {.deadline = 1s, .should_retry = ask}, sleeping(1h),
                telling(told));
    clock.advance(2s);
    BOOST_TEST(told.outcome.reason == StopReason::timed_out);
    BOOST_TEST(asked == 0);
}

BOOST_AUTO_TEST_CASE(an_error_that_is_not_worth_it_is_not_retried) {
    const auto transient = [](const Attempt<int>& attempt) {
        return test::message_of(attempt.error) == "no 0";
    };
    async_retry(executor, clock, {.backoff = constant, .should_retry = transient}, failing(99),
                telling(told));
    clock.advance(1s);
    TEST_RUNS(0, 10);
    BOOST_TEST(told.outcome.reason == StopReason::failed);
    BOOST_TEST(test::message_of(told.error) == "no 1");
}

BOOST_AUTO_TEST_CASE(a_result_may_be_worth_another_attempt) {
    std::vector<std::uint64_t> numbers;
    const auto too_small = [&](const Attempt<std::uint64_t>& attempt) {
        numbers.push_back(attempt.number);
        return attempt.result != nullptr && *attempt.result < 2;
    };
    Told<std::uint64_t> counted;
    async_retry(
        executor, clock, {.backoff = constant, .should_retry = too_small},
        [](const Tick& tick) { return tick.index; }, telling(counted));
    clock.advance(1s);
    BOOST_TEST(counted.outcome.value.value() == 2U);
    BOOST_TEST(counted.at == 20);
    BOOST_TEST(numbers == (std::vector<std::uint64_t>{1, 2, 3}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(results_that_never_satisfy_are_exhausted_without_a_value_or_an_error) {
    async_retry(executor, clock,
                {.backoff = constant, .should_retry = [](const auto&) { return true; }}, failing(0),
                telling(told));
    clock.advance(1s);
    TEST_RUNS(0, 10, 20);
    BOOST_TEST(told.outcome.reason == StopReason::exhausted);
    BOOST_TEST(!told.outcome.value.has_value());
    BOOST_TEST(!told.error);
}

BOOST_AUTO_TEST_CASE(what_should_retry_throws_ends_it) {
    async_retry(executor, clock, {.should_retry = [](const auto&) -> bool {
                    throw std::runtime_error("ask me not");
                }},
                failing(99), telling(told));
    clock.advance(1s);
    TEST_RUNS(0);
    BOOST_TEST(told.outcome.reason == StopReason::failed);
    BOOST_TEST(test::message_of(told.error) == "ask me not");
}

BOOST_AUTO_TEST_SUITE_END()
