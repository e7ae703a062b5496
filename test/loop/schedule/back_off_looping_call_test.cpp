#include <loopingcall/back_off_looping_call.hpp>
#include <loopingcall/looping_call_done.hpp>

#include "support/virtual_time.hpp"

using namespace loopingcall;
using test::Times;
using test::Told;
using namespace std::chrono_literals;

#define TEST_RUNS(...) BOOST_TEST(runs == (Times{__VA_ARGS__}), boost::test_tools::per_element())

namespace {

/// The exact mean: r == jitter.
double middle() { return 0.5; }

struct BackOff : test::VirtualTime {
    /// T: success, F: none, D: done; the last one for ever.
    auto make(std::string results) {
        return BackOffLoopingCall<void, VirtualClock>(
            context.get_executor(), clock, [this, results](const Tick& tick) -> bool {
                ran();
                const char result = results[std::min<std::size_t>(tick.index, results.size() - 1)];
                if (result == 'D') throw LoopingCallDone();
                return result == 'T';
            });
    }
    /// The delays between the calls, in ms.
    [[nodiscard]] Times delays() const {
        Times result;
        for (std::size_t i = 1; i < runs.size(); ++i) result.push_back(runs[i] - runs[i - 1]);
        return result;
    }
};

}  // namespace

#define TEST_DELAYS(...) \
    BOOST_TEST(delays() == (Times{__VA_ARGS__}), boost::test_tools::per_element())

BOOST_FIXTURE_TEST_SUITE(back_off_looping_call, BackOff)

BOOST_AUTO_TEST_CASE(delays_grow_with_failures_and_fall_back_with_a_success) {
    auto call = make("FFTFTD");
    Told<void> told;
    call.start({.random = middle});
    watch(call, told);
    clock.advance(1min);
    TEST_DELAYS(1500, 2250, 750, 1500, 750);
    BOOST_TEST(told.outcome.reason == StopReason::done);
}

BOOST_AUTO_TEST_CASE(a_delay_that_would_exceed_the_timeout_is_not_begun) {
    auto call = make("F");
    Told<void> told;
    call.start({.timeout = 10s, .random = middle});
    watch(call, told);
    clock.advance(1min);
    TEST_DELAYS(1500, 2250, 3375);
    BOOST_TEST(told.outcome.reason == StopReason::timed_out);
    BOOST_TEST(told.at == 7125);
}

BOOST_AUTO_TEST_CASE(a_larger_starting_interval_grows_the_same_way) {
    auto call = make("F");
    Told<void> told;
    call.start({.starting_interval = 10s, .timeout = 100s, .random = middle});
    watch(call, told);
    clock.advance(10min);
    TEST_DELAYS(15000, 22500, 33750);
    BOOST_TEST(told.outcome.reason == StopReason::timed_out);
}

BOOST_AUTO_TEST_CASE(the_timeout_counts_from_the_last_success) {
    auto call = make("FFTFFTD");
    Told<void> told;
    call.start({.timeout = 4s, .random = middle});
    watch(call, told);
    clock.advance(1min);
    BOOST_TEST(told.outcome.reason == StopReason::done);
}

BOOST_AUTO_TEST_CASE(the_maximum_always_holds_also_after_a_success) {
    auto call = make("FFFFFFFT");
    call.start({.max_interval = 5s, .random = middle});
    clock.advance(29s);
    TEST_DELAYS(1500, 2250, 3375, 5000, 5000, 5000, 5000, 750, 750);
    BackOffLoopingCall<void, VirtualClock> large(context.get_executor(), clock,
                                                 [] { return true; });
    large.start({.starting_interval = 1000s, .max_interval = 60s, .random = middle});
    clock.advance(120s);
    BOOST_TEST(large.stats().runs == 3U);
}

BOOST_AUTO_TEST_CASE(delays_at_the_maximum_still_vary_below_it) {
    auto call = make("F");
    call.start({.timeout = std::nullopt, .max_interval = 2s, .random = [] { return 0.0; }});
    clock.advance(10s);
    // r = 0.8 * jitter: 1.5 * 0.8, then min(2.25, 2) * 0.8
    TEST_DELAYS(1200, 1600, 1600, 1600, 1600, 1600);
}

BOOST_AUTO_TEST_CASE(the_minimum_holds) {
    auto call = make("T");
    call.start({.starting_interval = 1ms, .min_interval = 10ms, .random = middle});
    clock.advance(25ms);
    TEST_DELAYS(10, 10);
}

BOOST_AUTO_TEST_CASE(without_a_limit_it_neither_overflows_nor_spins) {
    auto call = make("F");
    call.start({.timeout = std::nullopt, .max_interval = Duration::max(), .random = middle});
    clock.advance(std::chrono::hours(24 * 365 * 250));
    BOOST_TEST(call.stats().runs > 20U);
    BOOST_TEST(call.stats().runs < 100U);
}

BOOST_AUTO_TEST_CASE(an_exception_ends_the_loop) {
    BackOffLoopingCall<void, VirtualClock> call(context.get_executor(), clock,
                                                []() -> bool { throw std::runtime_error("no"); });
    Told<void> told;
    call.start({});
    watch(call, told);
    clock.advance(0ns);
    BOOST_TEST(told.outcome.reason == StopReason::failed);
    BOOST_TEST(test::message_of(told.error) == "no");
}

BOOST_AUTO_TEST_CASE(an_awaitable_body_may_return_a_step) {
    BackOffLoopingCall<int, VirtualClock> call(
        context.get_executor(), clock, [&](const Tick& tick) -> asio::awaitable<BackOffStep<int>> {
            ran();
            if (tick.index == 0) co_return false;
            if (tick.index == 1) co_return again;
            co_return done(9);
        });
    Told<int> told;
    call.start({.random = middle});
    watch(call, told);
    clock.advance(1min);
    TEST_DELAYS(1500, 750);
    BOOST_TEST(told.outcome.value.value() == 9);
    BOOST_TEST(told.outcome.stats.failures == 1U);
}

BOOST_AUTO_TEST_CASE(no_success_of_a_call_that_was_asked_to_give_up_is_stopped) {
    std::optional<BackOffLoopingCall<void, VirtualClock>> call;
    call.emplace(context.get_executor(), clock, [&]() -> bool {
        call->stop(cancel);
        return false;
    });
    Told<void> told;
    call->start({});
    watch(*call, told);
    clock.advance(0ns);
    BOOST_TEST(told.outcome.reason == StopReason::stopped);
    BOOST_TEST(!told.error);
}

BOOST_AUTO_TEST_CASE(max_calls_and_initial_delay_are_as_everywhere) {
    auto call = make("F");
    Told<void> told;
    call.start({.initial_delay = 1s, .max_calls = 2, .random = middle});
    watch(call, told);
    clock.advance(1min);
    TEST_RUNS(1000, 2500);
    BOOST_TEST(told.outcome.reason == StopReason::exhausted);
}

BOOST_AUTO_TEST_CASE(options_out_of_range_are_refused) {
    auto call = make("T");
    BOOST_CHECK_THROW(call.start({.starting_interval = 0ns}), std::invalid_argument);
    BOOST_CHECK_THROW(call.start({.timeout = -1ns}), std::invalid_argument);
    BOOST_CHECK_THROW(call.start({.max_interval = 1us}), std::invalid_argument);
    BOOST_CHECK_THROW(call.start({.jitter = 0}), std::invalid_argument);
    BOOST_CHECK_THROW(call.start({.min_interval = -1ns}), std::invalid_argument);
    BOOST_TEST(!call.running());
}

BOOST_AUTO_TEST_SUITE_END()
