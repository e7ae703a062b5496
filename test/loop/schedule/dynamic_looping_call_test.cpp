#include <loopingcall/dynamic_looping_call.hpp>

#include "support/virtual_time.hpp"

using namespace loopingcall;
using test::Times;
using test::Told;
using namespace std::chrono_literals;

#define TEST_RUNS(...) BOOST_TEST(runs == (Times{__VA_ARGS__}), boost::test_tools::per_element())

namespace {

struct Dynamic : test::VirtualTime {
    template <class Body>
    auto make(Body body) {
        return DynamicLoopingCall<void, VirtualClock>(context.get_executor(), clock,
                                                      test::erased(std::move(body)));
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(dynamic_looping_call, Dynamic)

BOOST_AUTO_TEST_CASE(the_body_names_the_delay_and_the_maximum_holds) {
    auto call = make([&](const Tick& tick) -> Duration {
        ran();
        return tick.index == 0 ? 11ms : 1ms;
    });
    call.start({.periodic_interval_max = 5ms});
    clock.advance(7ms);
    TEST_RUNS(0, 5, 6, 7);
}

BOOST_AUTO_TEST_CASE(a_delay_counts_from_the_end_of_the_call_and_nothing_is_missed) {
    std::uint64_t missed = 0;
    auto call = make([&](const Tick& tick) {
        ran();
        missed += tick.missed;
        clock.spend(7ms);
        return 10ms;
    });
    call.start({.initial_delay = 3ms});
    clock.advance(40ms);
    TEST_RUNS(3, 20, 37);
    BOOST_TEST(missed == 0U);
}

BOOST_AUTO_TEST_CASE(an_awaitable_body_may_name_it_as_a_step_and_be_done) {
    auto call = make([&](const Tick& tick) -> asio::awaitable<Step<void>> {
        ran();
        if (tick.index == 2) co_return done();
        co_return after(10ms);
    });
    Told<void> told;
    call.start({});
    watch(call, told);
    clock.advance(1s);
    TEST_RUNS(0, 10, 20);
    BOOST_TEST(told.outcome.reason == StopReason::done);
}

BOOST_AUTO_TEST_CASE(no_delay_means_the_maximum) {
    auto call = make([&]() -> std::optional<Duration> {
        ran();
        return std::nullopt;
    });
    call.start({.periodic_interval_max = 5ms});
    clock.advance(12ms);
    TEST_RUNS(0, 5, 10);
}

BOOST_AUTO_TEST_CASE(no_delay_and_no_maximum_is_an_error) {
    auto call = make([&] { ran(); });
    Told<void> told;
    call.start({});
    watch(call, told);
    clock.advance(1s);
    TEST_RUNS(0);
    BOOST_TEST(told.outcome.reason == StopReason::failed);
    BOOST_TEST(test::message_of(told.error) ==
               "the body named no delay, and periodic_interval_max is not set");
}

BOOST_AUTO_TEST_CASE(a_negative_delay_is_a_failure_of_the_call) {
    auto call = make([] { return -1ms; });
    Told<void> told;
    call.start({});
    watch(call, told);
    clock.advance(1s);
    BOOST_TEST(test::message_of(told.error).starts_with("the body returned after(-1000000 ns)"));
}

BOOST_AUTO_TEST_CASE(zero_calls_again_at_once) {
    auto call = make([&](const Tick& tick) -> Duration {
        ran();
        return tick.index < 2 ? 0ms : 10ms;
    });
    call.start({});
    clock.advance(5ms);
    TEST_RUNS(0, 0, 0);
}

BOOST_AUTO_TEST_CASE(an_exception_ends_the_loop_by_default) {
    auto call = make([&]() -> Duration { throw std::runtime_error("no"); });
    Told<void> told;
    call.start({.periodic_interval_max = 5ms});
    watch(call, told);
    clock.advance(1s);
    BOOST_TEST(test::message_of(told.error) == "no");
}

BOOST_AUTO_TEST_CASE(a_failing_body_goes_on_after_the_maximum_and_never_spins) {
    auto call = make([&]() -> Duration {
        ran();
        throw std::runtime_error("no");
    });
    call.start({.periodic_interval_max = 5ms, .stop_on_exception = false});
    clock.advance(12ms);
    TEST_RUNS(0, 5, 10);
    BOOST_TEST(call.stats().failures == 3U);
}

BOOST_AUTO_TEST_CASE(a_failing_body_without_a_maximum_goes_on_after_the_last_delay) {
    auto call = make([&](const Tick& tick) -> Duration {
        ran();
        if (tick.index > 0) throw std::runtime_error("no");
        return 7ms;
    });
    call.start({.stop_on_exception = false});
    clock.advance(15ms);
    TEST_RUNS(0, 7, 14);
}

BOOST_AUTO_TEST_CASE(a_failing_body_with_neither_ends_the_loop) {
    auto call = make([&]() -> Duration { throw std::runtime_error("no"); });
    Told<void> told;
    call.start({.stop_on_exception = false});
    watch(call, told);
    clock.advance(1s);
    BOOST_TEST(told.outcome.reason == StopReason::failed);
    BOOST_TEST(test::message_of(told.error) == "no");
}

BOOST_AUTO_TEST_CASE(trigger_cuts_a_delay_short) {
    auto call = make([&] {
        ran();
        return 100ms;
    });
    call.start({});
    clock.advance(30ms);
    BOOST_TEST(call.trigger());
    clock.advance(110ms);
    TEST_RUNS(0, 30, 130);
}

BOOST_AUTO_TEST_CASE(timeout_and_max_calls_end_it) {
    auto call = make([] { return 10ms; });
    Told<void> told;
    call.start({.timeout = 25ms});
    watch(call, told);
    clock.advance(1s);
    BOOST_TEST(told.outcome.reason == StopReason::timed_out);
    BOOST_TEST(told.outcome.stats.runs == 3U);
    call.start({.max_calls = 2});
    watch(call, told);
    clock.advance(1s);
    BOOST_TEST(told.outcome.reason == StopReason::exhausted);
}

BOOST_AUTO_TEST_CASE(options_out_of_range_are_refused) {
    auto call = make([] { return 10ms; });
    BOOST_CHECK_THROW(call.start({.initial_delay = -1ns}), std::invalid_argument);
    BOOST_CHECK_THROW(call.start({.periodic_interval_max = 0ns}), std::invalid_argument);
    BOOST_CHECK_THROW(call.start({.timeout = -1ns}), std::invalid_argument);
    BOOST_CHECK_THROW(call.start({.max_calls = 0}), std::invalid_argument);
    BOOST_TEST(!call.running());
}

BOOST_AUTO_TEST_SUITE_END()
