#include <loopingcall/fixed_interval_looping_call.hpp>
#include <stdexcept>

#include "support/virtual_time.hpp"

using namespace loopingcall;
using test::Times;
using namespace std::chrono_literals;

BOOST_FIXTURE_TEST_SUITE(start, test::VirtualTime)

BOOST_AUTO_TEST_CASE(nothing_of_the_user_runs_inside_start) {
    auto call = recording();
    call.start({.interval = 100ms});
    BOOST_TEST(runs.empty());
    clock.advance(0ns);
    BOOST_TEST(runs.size() == 1U);
}

BOOST_AUTO_TEST_CASE(options_out_of_range_are_refused_by_name_and_nothing_starts) {
    struct {
        Options options;
        const char* named;
    } const bad[] = {
        {{.interval = 0ns}, "interval is 0 ns"},
        {{.interval = -5ns}, "interval is -5 ns"},
        {{.initial_delay = -1ns}, "initial_delay is -1 ns"},
        {{.timeout = -1ns}, "timeout is -1 ns"},
        {{.tolerance = -1ns}, "tolerance is -1 ns"},
        {{.interval = 5ns, .tolerance = 5ns}, "tolerance is 5 ns"},
        {{.max_calls = 0}, "max_calls is 0"},
    };
    auto call = recording();
    for (const auto& [options, named] : bad) {
        BOOST_CHECK_EXCEPTION(call.start(options), std::invalid_argument,
                              [begin = named](const std::invalid_argument& error) {
                                  return std::string(error.what()).starts_with(begin);
                              });
    }
    BOOST_TEST(!call.running());
    clock.advance(1s);
    BOOST_TEST(runs.empty());
}

BOOST_AUTO_TEST_CASE(a_second_start_while_running_is_refused_and_the_first_run_is_unaffected) {
    auto call = recording();
    call.start({.interval = 100ms});
    clock.advance(50ms);
    BOOST_CHECK_EXCEPTION(call.start({.interval = 10ms}), boost::system::system_error,
                          [](const auto& error) { return error.code() == errc::already_running; });
    clock.advance(200ms);
    BOOST_TEST(runs == (Times{0, 100, 200}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(start_inside_the_body_is_refused_also_after_stop) {
    boost::system::error_code refused;
    std::optional<FixedIntervalLoopingCall<void, VirtualClock>> call;
    call.emplace(make([&] {
        call->stop();
        try {
            call->start({.interval = 1ms});
        } catch (const boost::system::system_error& error) {
            refused = error.code();
        }
    }));
    call->start({.interval = 100ms});
    clock.advance(0ns);
    BOOST_TEST((refused == errc::already_running));
    BOOST_TEST(!call->running());
}

BOOST_AUTO_TEST_CASE(a_restart_begins_afresh_and_counts_nothing_of_the_idle_time) {
    std::vector<Tick> ticks;
    auto call = make([&](const Tick& tick) {
        ran();
        ticks.push_back(tick);
    });
    test::Told<void> first;
    call.start({.interval = 100ms, .max_calls = 2});
    watch(call, first);
    clock.advance(100'000ms);
    BOOST_TEST(first.outcome.reason == StopReason::exhausted);

    call.start({.interval = 70ms});
    clock.advance(100ms);
    BOOST_TEST(runs == (Times{0, 100, 100'000, 100'070}), boost::test_tools::per_element());
    BOOST_TEST(ticks.at(2).missed == 0U);
    BOOST_TEST(ticks.at(2).index == 0U);
    BOOST_TEST(call.stats().runs == 2U);
}

BOOST_AUTO_TEST_CASE(a_timer_of_the_old_run_cannot_touch_the_new_one) {
    auto call = recording();
    call.start({.interval = 100ms});
    clock.advance(50ms);
    call.stop();
    call.start({.interval = 1000ms, .initial_delay = 500ms});
    clock.advance(600ms);
    BOOST_TEST(runs == (Times{0, 550}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()
