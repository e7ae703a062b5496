#include <loopingcall/fixed_interval_looping_call.hpp>
#include <loopingcall/step.hpp>
#include <stdexcept>

#include "support/virtual_time.hpp"

using namespace loopingcall;
using test::Times;
using test::Told;
using namespace std::chrono_literals;

BOOST_FIXTURE_TEST_SUITE(step, test::VirtualTime)

BOOST_AUTO_TEST_CASE(done_ends_the_run_with_the_value) {
    FixedIntervalLoopingCall<std::string, VirtualClock> call(
        context.get_executor(), clock, [&](const Tick& tick) -> Step<std::string> {
            ran();
            if (tick.index < 2) return again;
            return done("found");
        });
    Told<std::string> told;
    call.start({.interval = 100ms});
    watch(call, told);
    clock.advance(1s);
    BOOST_TEST(runs == (Times{0, 100, 200}), boost::test_tools::per_element());
    BOOST_TEST(told.outcome.reason == StopReason::done);
    BOOST_TEST(told.outcome.value.value() == "found");
    BOOST_TEST(!told.error);
}

BOOST_AUTO_TEST_CASE(done_with_no_value_ends_a_loop_that_has_none) {
    auto call = make([]() -> Step<void> { return done(); });
    Told<void> told;
    call.start({.interval = 100ms});
    watch(call, told);
    clock.advance(0ns);
    BOOST_TEST(told.outcome.reason == StopReason::done);
}

//     planned   0    100    200    300    400
//     calls     |                |  |      |      after(250) from the first call
BOOST_AUTO_TEST_CASE(after_sets_this_one_delay_only_and_the_grid_stays) {
    std::vector<std::uint64_t> missed;
    auto call = make([&](const Tick& tick) -> Step<void> {
        ran();
        missed.push_back(tick.missed);
        if (tick.index == 0) return after(250ms);
        return again;
    });
    call.start({.interval = 100ms});
    clock.advance(450ms);
    BOOST_TEST(runs == (Times{0, 250, 300, 400}), boost::test_tools::per_element());
    BOOST_TEST(missed == (std::vector<std::uint64_t>{0, 0, 0, 0}),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(after_counts_from_the_completion_of_the_call) {
    auto call = make([&](const Tick& tick) -> Step<void> {
        ran();
        if (tick.index > 0) return again;
        clock.spend(30ms);
        return after(25ms);
    });
    call.start({.interval = 100ms});
    clock.advance(250ms);
    BOOST_TEST(runs == (Times{0, 55, 100, 200}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(after_zero_calls_again_at_once) {
    auto call = make([&](const Tick& tick) -> Step<void> {
        ran();
        if (tick.index < 2) return after(0ns);
        return again;
    });
    call.start({.interval = 100ms});
    clock.advance(150ms);
    BOOST_TEST(runs == (Times{0, 0, 0, 100}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_negative_delay_is_a_failure) {
    auto call = make([]() -> Step<void> { return after(-1ns); });
    Told<void> told;
    call.start({.interval = 100ms});
    watch(call, told);
    clock.advance(0ns);
    BOOST_TEST(told.outcome.reason == StopReason::failed);
    BOOST_TEST(test::message_of(told.error).starts_with("the body returned after(-1 ns)"));
}

BOOST_AUTO_TEST_CASE(failed_is_the_same_as_throwing) {
    auto call = make([]() -> Step<void> { return failed(asio::error::connection_refused); });
    Told<void> told;
    call.start({.interval = 100ms});
    watch(call, told);
    clock.advance(0ns);
    BOOST_TEST(told.outcome.reason == StopReason::failed);
    BOOST_TEST(test::code_of(told.error) == asio::error::connection_refused);
}

BOOST_AUTO_TEST_CASE(failed_without_an_error_is_a_failure_all_the_same) {
    auto call = make([]() -> Step<void> { return failed(std::exception_ptr{}); });
    Told<void> told;
    call.start({.interval = 100ms});
    watch(call, told);
    clock.advance(0ns);
    BOOST_TEST(told.outcome.reason == StopReason::failed);
    BOOST_TEST(!test::message_of(told.error).empty());
}

BOOST_AUTO_TEST_CASE(a_body_may_be_move_only) {
    auto call = make([&, only = std::make_unique<int>(1)] { ran(); });
    call.start({.interval = 100ms, .max_calls = 1});
    clock.advance(0ns);
    BOOST_TEST(runs.size() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
