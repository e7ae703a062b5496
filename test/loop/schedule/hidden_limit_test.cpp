// A limit that is given is not undone by a default.
#include <loopingcall/loopingcall.hpp>

#include "support/virtual_time.hpp"

using namespace loopingcall;
using namespace std::chrono_literals;
using test::Told;

namespace {

struct HiddenLimit : test::VirtualTime {
    auto failing() {
        return [this] {
            ran();
            throw std::runtime_error("no");
        };
    }
    auto unsuccessful() {
        return [this] {
            ran();
            return false;
        };
    }
    /// How a retry ends within a day.
    Outcome<void> retry(RetryPolicy<> policy) {
        Outcome<void> ended;
        async_retry(context, clock, std::move(policy), failing(),
                    [&](const std::exception_ptr&, Outcome<void> outcome) { ended = outcome; });
        clock.advance(24h);
        return ended;
    }
    /// How a back-off call ends within a day, jitter aside.
    Told<void> back_off(BackOffOptions options) {
        Told<void> told;
        BackOffLoopingCall<void, VirtualClock> call{context, clock, unsuccessful()};
        options.random = [] { return 0.5; };
        call.start(options);
        watch(call, told);
        clock.advance(24h);
        call.stop();
        clock.advance(0s);
        return told;
    }
    auto executor() { return context.get_executor(); }
};

std::string refusal(const Backoff& backoff) {
    try {
        backoff.validate();
    } catch (const std::invalid_argument& error) {
        return error.what();
    }
    return "none";
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(hidden_limit, HiddenLimit)

BOOST_AUTO_TEST_CASE(a_retry_with_a_deadline_alone_is_tried_until_then) {
    const auto outcome = retry({.backoff = {.initial = 10s, .multiplier = 1}, .deadline = 1h});
    BOOST_TEST(outcome.reason == StopReason::timed_out);
    BOOST_TEST(runs.size() == 360U);
}

BOOST_AUTO_TEST_CASE(a_retry_with_a_deadline_and_attempts_heeds_both) {
    const auto outcome = retry({.max_attempts = 3, .deadline = 1h});
    BOOST_TEST(outcome.reason == StopReason::exhausted);
    BOOST_TEST(runs.size() == 3U);
}

BOOST_AUTO_TEST_CASE(a_retry_without_limits_makes_three_attempts) {
    BOOST_TEST(retry({}).reason == StopReason::exhausted);
    BOOST_TEST(runs.size() == 3U);
}

BOOST_AUTO_TEST_CASE(a_retry_that_asks_for_no_limit_has_none) {
    async_retry(context, clock, {.max_attempts = std::nullopt}, failing(), asio::detached);
    clock.advance(24h);
    BOOST_TEST(runs.size() > 1000U);
}

BOOST_AUTO_TEST_CASE(a_limit_knows_whether_it_was_given) {
    RetryPolicy<> policy;
    BOOST_TEST(policy.max_attempts.is_default());
    BOOST_TEST((policy.max_attempts == 3U));
    policy.max_attempts = 3;
    BOOST_TEST(!policy.max_attempts.is_default());
    policy.max_attempts = std::nullopt;
    BOOST_TEST(!policy.max_attempts.has_value());
    policy = {};
    policy.max_attempts.emplace(3U);
    BOOST_TEST(!policy.max_attempts.is_default());
    policy = {};
    policy.max_attempts.reset();
    BOOST_TEST(!policy.max_attempts.is_default());
    const std::optional<std::uint64_t> none;
    policy = {.max_attempts = none};
    BOOST_TEST(!policy.max_attempts.is_default());
}

BOOST_AUTO_TEST_CASE(max_calls_of_a_back_off_call_is_not_cut_short_by_the_default_timeout) {
    const auto told = back_off({.max_interval = 30s, .max_calls = 360});
    BOOST_TEST(told.outcome.reason == StopReason::exhausted);
    BOOST_TEST(runs.size() == 360U);
}

BOOST_AUTO_TEST_CASE(a_timeout_that_is_given_ends_a_back_off_call_with_max_calls) {
    const auto told = back_off({.timeout = 10s, .max_calls = 360});
    BOOST_TEST(told.outcome.reason == StopReason::timed_out);
    BOOST_TEST(runs.size() == 4U);
}

BOOST_AUTO_TEST_CASE(a_back_off_call_without_limits_waits_for_five_minutes) {
    const auto told = back_off({});
    BOOST_TEST(told.outcome.reason == StopReason::timed_out);
    BOOST_TEST(told.at <= 300'000);
}

BOOST_AUTO_TEST_CASE(a_starting_interval_longer_than_the_default_limits_is_waited_for) {
    const auto told = back_off({.starting_interval = 10min});
    BOOST_TEST(told.outcome.reason == StopReason::stopped);
    BOOST_TEST(runs.size() > 100U);
    BOOST_TEST(runs.at(1) == 600'000);
}

BOOST_AUTO_TEST_CASE(a_starting_interval_shorter_than_the_default_minimum_is_kept) {
    BackOffLoopingCall<void, VirtualClock> call{context, clock, [this] {
                                                    ran();
                                                    return true;
                                                }};
    call.start({.starting_interval = 100us, .max_calls = 11, .random = [] { return 0.5; }});
    clock.advance(1ms);
    BOOST_TEST(runs.size() == 11U);  // 75 us apart, raised to the least: 100
}

BOOST_AUTO_TEST_CASE(a_minimum_longer_than_the_default_maximum_is_kept) {
    back_off({.timeout = std::nullopt, .min_interval = 10min});
    BOOST_TEST(runs.at(1) == 600'000);
    BOOST_TEST(refusal({.minimum = 5min}) == "none");
    BOOST_TEST((Backoff{.minimum = 5min}.delay(1, 0) == 5min));
}

BOOST_AUTO_TEST_CASE(an_initial_delay_longer_than_the_default_cap_is_kept) {
    const Backoff backoff{.initial = 10min};
    BOOST_TEST(refusal(backoff) == "none");
    BOOST_TEST((backoff.delay(1, 0) == 10min));
    BOOST_TEST((backoff.delay(9, 0) == 10min));
    BOOST_TEST((Backoff{.increment = 2min}.delay(1, 0) == 2min));
    BOOST_TEST((Backoff{.initial = 10s}.delay(9, 0) == 1min));
}

BOOST_AUTO_TEST_CASE(a_cap_given_below_the_first_delay_is_refused) {
    BOOST_TEST(refusal({.initial = 10min, .maximum = 1min}) ==
               "maximum is 60000000000 ns; it must be at least the first delay (initial, or else "
               "increment)");
    BOOST_TEST(refusal({.increment = 2s, .maximum = 1s}) != "none");
    BOOST_TEST(refusal({.initial = 1min, .maximum = 1min}) == "none");
    FixedIntervalLoopingCall<void, VirtualClock> call{context, clock, failing()};
    BOOST_CHECK_THROW(call.start({.on_error = {OnError::backoff, {.initial = 2s, .maximum = 1s}}}),
                      std::invalid_argument);
    BOOST_CHECK_THROW(
        async_retry(
            context, clock, {.backoff = {.initial = 2s, .maximum = 1s}}, [] {}, asio::detached),
        std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(a_cap_given_below_the_default_first_delay_is_kept) {
    BOOST_TEST(refusal({.maximum = 200ms}) == "none");
    BOOST_TEST((Backoff{.maximum = 200ms}.delay(1, 0) == 200ms));
}

BOOST_AUTO_TEST_SUITE_END()
