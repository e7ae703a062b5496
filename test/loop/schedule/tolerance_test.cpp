// Calls that may begin a little later, so that many share a wake-up.
#include <loopingcall/fixed_interval_looping_call.hpp>

#include "support/virtual_time.hpp"

using namespace loopingcall;
using test::Times;
using test::Told;
using namespace std::chrono_literals;

#define TEST_RUNS(...) BOOST_TEST(runs == (Times{__VA_ARGS__}), boost::test_tools::per_element())

BOOST_FIXTURE_TEST_SUITE(tolerance, test::VirtualTime)

BOOST_AUTO_TEST_CASE(a_call_begins_at_a_multiple_of_it_and_serves_its_own_point) {
    std::vector<Tick> ticks;
    auto call = make([&](const Tick& tick) {
        ran();
        ticks.push_back(tick);
    });
    call.start({.interval = 100ms, .initial_delay = 30ms, .tolerance = 50ms});
    clock.advance(300ms);
    TEST_RUNS(50, 150, 250);
    BOOST_TEST(test::in_ms(ticks.at(2).due) == 230);
    BOOST_TEST(call.stats().missed == 0U);
    BOOST_TEST((call.stats().max_lateness == 20ms));
    BOOST_TEST(test::in_ms(call.stats().next_due) == 330);
}

BOOST_AUTO_TEST_CASE(what_is_due_already_and_what_is_triggered_is_not_put_off) {
    auto call = recording();
    clock.advance(7ms);
    call.start({.interval = 100ms, .tolerance = 60ms});
    clock.advance(43ms);
    call.trigger();
    clock.advance(100ms);
    TEST_RUNS(7, 50, 120);
}

BOOST_AUTO_TEST_CASE(no_call_is_lost_to_the_deadline_for_its_sake) {
    auto call = recording();
    Told<void> told;
    call.start({.interval = 100ms, .initial_delay = 10ms, .tolerance = 50ms, .timeout = 120ms});
    watch(call, told);
    clock.advance(200ms);
    TEST_RUNS(50, 110);
    BOOST_TEST(told.at == 120);
    BOOST_TEST(told.outcome.reason == StopReason::timed_out);
}

BOOST_AUTO_TEST_CASE(a_hundred_loops_of_as_many_phases_wake_up_twice_an_interval) {
    std::vector<FixedIntervalLoopingCall<void, VirtualClock>> calls;
    for (int i = 0; i < 100; ++i) {
        calls.push_back(recording());
        calls.back().start({.interval = 100ms,
                            .initial_delay = std::chrono::milliseconds(i + 1),
                            .tolerance = 50ms});
    }
    int wake_ups = 0;
    while (clock.advance_to_next() && test::in_ms(clock.now()) < 1000) ++wake_ups;
    BOOST_TEST(wake_ups == 19);  // at 50, 100, ... 950
    BOOST_TEST(runs.size() == 1000U);
}

BOOST_AUTO_TEST_SUITE_END()
