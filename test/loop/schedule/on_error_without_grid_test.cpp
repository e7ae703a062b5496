// What a DynamicLoopingCall and a BackOffLoopingCall do when a call fails.
#include <loopingcall/loopingcall.hpp>
#include <set>

#include "support/virtual_time.hpp"

using namespace loopingcall;
using namespace std::chrono_literals;
using test::Times;
using test::Told;

#define TEST_RUNS(...) BOOST_TEST(runs == (Times{__VA_ARGS__}), boost::test_tools::per_element())

namespace {

constexpr Backoff soon{.initial = 10ms, .maximum = 50ms};

struct OnErrorWithoutGrid : test::VirtualTime {
    /// Renews a token that is good for an hour; the calls listed fail.
    auto renewing(std::set<std::uint64_t> failing) {
        return DynamicLoopingCall<void, VirtualClock>(
            context, clock, [this, failing](const Tick& tick) -> Duration {
                ran();
                if (failing.contains(tick.index)) throw std::runtime_error("no server");
                return 1h;
            });
    }
    /// Results as in the specification: T and F, and X for a failure.
    auto scripted(std::string results) {
        return BackOffLoopingCall<void, VirtualClock>(
            context, clock, [this, results](const Tick& tick) -> BackOffStep<void> {
                ran();
                if (tick.index >= results.size()) return done();
                if (results[tick.index] == 'X') throw std::runtime_error("no server");
                return results[tick.index] == 'T';
            });
    }
    std::function<double()> middle = [] { return 0.5; };
    Told<void> told;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(on_error_without_grid, OnErrorWithoutGrid)

BOOST_AUTO_TEST_CASE(a_renewal_that_failed_is_tried_again_soon) {
    auto call = renewing({1, 2, 3});
    call.start({.on_error = {OnError::backoff, soon}});
    clock.advance(2h + 1s);
    TEST_RUNS(0, 3'600'000, 3'600'010, 3'600'030, 3'600'070, 7'200'070);
    BOOST_TEST(call.stats().failures == 3U);
    BOOST_TEST(call.running());
}

BOOST_AUTO_TEST_CASE(the_delays_begin_again_after_a_success) {
    auto call = renewing({0, 1, 3});
    call.start({.on_error = {OnError::backoff, soon}});
    clock.advance(1h + 1s);
    TEST_RUNS(0, 10, 30, 3'600'030, 3'600'040);
}

BOOST_AUTO_TEST_CASE(the_first_renewal_may_fail_when_there_is_no_delay_yet) {
    auto call = renewing({0});
    call.start({.on_error = {OnError::backoff, soon}});
    clock.advance(1s);
    TEST_RUNS(0, 10);
    BOOST_TEST(call.running());
}

BOOST_AUTO_TEST_CASE(keep_schedule_is_what_stop_on_exception_false_is) {
    auto call = renewing({1});
    call.start({.periodic_interval_max = 10min, .on_error = {OnError::keep_schedule}});
    auto other = renewing({1});
    other.start({.periodic_interval_max = 10min, .stop_on_exception = false});
    clock.advance(20min);
    TEST_RUNS(0, 0, 600'000, 600'000, 1'200'000, 1'200'000);
}

BOOST_AUTO_TEST_CASE(a_dynamic_call_gives_up_after_so_many_failures_in_a_row) {
    auto call = renewing({0, 1, 2, 3});
    call.start({.on_error = {OnError::backoff, soon, 3}});
    watch(call, told);
    clock.advance(1s);
    TEST_RUNS(0, 10, 30);
    BOOST_TEST(told.outcome.reason == StopReason::failed);
    BOOST_TEST(test::message_of(told.error) == "no server");
}

BOOST_AUTO_TEST_CASE(a_dynamic_call_is_ended_by_a_failure_by_default) {
    auto call = renewing({0});
    call.start({});
    watch(call, told);
    clock.advance(1s);
    TEST_RUNS(0);
    BOOST_TEST(told.outcome.reason == StopReason::failed);
}

BOOST_AUTO_TEST_CASE(a_call_that_took_too_long_is_tried_again_soon) {
    DynamicLoopingCall<void, VirtualClock> call{
        context, clock, [this](const Tick& tick) -> asio::awaitable<Duration> {
            ran();
            if (tick.index == 0) co_await clock.async_sleep(1h);
            co_return 1h;
        }};
    call.start({.call_timeout = 100ms, .on_error = {OnError::backoff, soon}});
    clock.advance(1min);
    TEST_RUNS(0, 110);
}

BOOST_AUTO_TEST_CASE(the_delays_of_a_dynamic_call_draw_from_the_given_source) {
    auto call = renewing({0});
    call.start({.on_error = {OnError::backoff, {.initial = 100ms, .jitter = 1}}, .random = middle});
    clock.advance(1s);
    TEST_RUNS(0, 50);
}

BOOST_AUTO_TEST_CASE(a_back_off_call_is_ended_by_a_failure_by_default) {
    auto call = scripted("FX");
    call.start({.random = middle});
    watch(call, told);
    clock.advance(1h);
    TEST_RUNS(0, 1500);
    BOOST_TEST(told.outcome.reason == StopReason::failed);
}

BOOST_AUTO_TEST_CASE(keep_schedule_counts_a_failure_as_no_success) {
    auto call = scripted("XXTXT");
    call.start({.on_error = {OnError::keep_schedule}, .random = middle});
    clock.advance(1h);
    TEST_RUNS(0, 1500, 3750, 4500, 6000, 6750);  // as F,F,T,F,T
    BOOST_TEST(call.stats().failures == 3U);
}

BOOST_AUTO_TEST_CASE(back_off_after_failures_leaves_the_growth_for_no_success_as_it_is) {
    auto call = scripted("FXXF");
    call.start({.on_error = {OnError::backoff, soon}, .random = middle});
    clock.advance(1h);
    TEST_RUNS(0, 1500, 1510, 1530, 3780);
}

BOOST_AUTO_TEST_CASE(a_call_without_success_does_not_count_as_a_failure_in_a_row) {
    auto call = scripted("XFXFX");
    call.start({.on_error = {OnError::backoff, soon, 2}, .random = middle});
    watch(call, told);
    clock.advance(1h);
    BOOST_TEST(runs.size() == 6U);
    BOOST_TEST(told.outcome.reason == StopReason::done);
}

BOOST_AUTO_TEST_CASE(a_back_off_call_gives_up_after_so_many_failures_in_a_row) {
    auto call = scripted("XXXX");
    call.start(
        {.on_error = {.action = OnError::keep_schedule, .max_in_a_row = 3}, .random = middle});
    watch(call, told);
    clock.advance(1h);
    BOOST_TEST(runs.size() == 3U);
    BOOST_TEST(told.outcome.reason == StopReason::failed);
}

BOOST_AUTO_TEST_CASE(delays_after_failures_count_for_the_timeout_of_a_back_off_call) {
    auto call = scripted("XXXXXXXXXX");
    call.start({.timeout = 100ms, .on_error = {OnError::backoff, soon}, .random = middle});
    watch(call, told);
    clock.advance(1h);
    TEST_RUNS(0, 10, 30, 70);
    BOOST_TEST(told.outcome.reason == StopReason::timed_out);
}

BOOST_AUTO_TEST_CASE(a_policy_out_of_range_is_refused_by_every_kind_of_call) {
    auto dynamic = renewing({});
    auto back_off = scripted("");
    const OnError none_in_a_row{.action = OnError::keep_schedule, .max_in_a_row = 0};
    const OnError negative{OnError::backoff, {.initial = -1s}};
    for (const OnError& on_error : {none_in_a_row, negative}) {
        BOOST_CHECK_THROW(dynamic.start({.on_error = on_error}), std::invalid_argument);
        BOOST_CHECK_THROW(back_off.start({.on_error = on_error}), std::invalid_argument);
    }
}

BOOST_AUTO_TEST_SUITE_END()
