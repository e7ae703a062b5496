#include <loopingcall/fixed_interval_looping_call.hpp>
#include <loopingcall/virtual_clock.hpp>

#include "support/virtual_time.hpp"

using namespace loopingcall;
using test::Times;
using namespace std::chrono_literals;

BOOST_FIXTURE_TEST_SUITE(virtual_clock, test::VirtualTime)

BOOST_AUTO_TEST_CASE(a_clock_starts_at_zero_and_moves_only_when_advanced) {
    BOOST_TEST(clock.now().time_since_epoch().count() == 0);
    clock.advance(5ms);
    BOOST_TEST(test::in_ms(clock.now()) == 5);
}

BOOST_AUTO_TEST_CASE(advance_walks_through_chained_waits_each_seeing_its_own_time) {
    auto main = [&]() -> asio::awaitable<void> {
        co_await clock.async_sleep(1000ms);
        ran();
        co_await clock.async_sleep(1000ms);
        ran();
    };
    asio::co_spawn(context, main, asio::detached);
    clock.advance(2000ms);
    BOOST_TEST(runs == (Times{1000, 2000}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(timers_of_the_same_instant_fire_in_the_order_of_arming) {
    std::vector<int> order;
    for (int i = 0; i < 5; ++i) {
        clock.async_sleep(10ms, [&order, i](boost::system::error_code) { order.push_back(i); });
    }
    clock.advance(10ms);
    BOOST_TEST(order == (std::vector<int>{0, 1, 2, 3, 4}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(advance_to_next_goes_to_the_earliest_deadline_or_says_that_there_is_none) {
    clock.async_sleep(30ms, [&](boost::system::error_code) { ran(); });
    clock.async_sleep(10ms, [&](boost::system::error_code) { ran(); });
    BOOST_TEST(clock.pending() == 2U);
    BOOST_TEST(clock.advance_to_next());
    BOOST_TEST(test::in_ms(clock.now()) == 10);
    BOOST_TEST(clock.advance_to_next());
    BOOST_TEST(!clock.advance_to_next());
    BOOST_TEST(runs == (Times{10, 30}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(run_until_idle_walks_until_no_timer_is_armed_or_its_limit) {
    clock.async_sleep(30ms, [&](boost::system::error_code) {
        clock.async_sleep(30ms, [&](boost::system::error_code) { ran(); });
    });
    BOOST_TEST(clock.run_until_idle());
    BOOST_TEST(runs == (Times{60}), boost::test_tools::per_element());

    auto call = recording();
    call.start({.interval = 100ms});
    BOOST_TEST(!clock.run_until_idle(250ms));
    BOOST_TEST(runs == (Times{60, 60, 160, 260}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(two_clocks_are_independent) {
    asio::io_context other_context;
    VirtualClock other(other_context);
    clock.advance(10ms);
    BOOST_TEST(other.now().time_since_epoch().count() == 0);
}

BOOST_AUTO_TEST_CASE(a_sleep_can_be_cancelled) {
    for (const auto type : {asio::cancellation_type::total, asio::cancellation_type::partial,
                            asio::cancellation_type::terminal}) {
        asio::cancellation_signal signal;
        boost::system::error_code result;
        clock.async_sleep(
            1h, asio::bind_cancellation_slot(
                    signal.slot(), [&](boost::system::error_code error) { result = error; }));
        signal.emit(type);
        clock.advance(0ns);
        BOOST_TEST(result == asio::error::operation_aborted);
        BOOST_TEST(clock.pending() == 0U);
    }
}

BOOST_AUTO_TEST_CASE(a_loop_that_sleeps_for_zero_is_reported_not_hung) {
    clock.set_wakeups_per_instant(1000);
    auto call = make([&]() -> Step<void> { return after(0ns); });
    call.start({.interval = 100ms});
    BOOST_CHECK_THROW(clock.advance(1s), ZeroDelayLoop);
    BOOST_TEST(test::in_ms(clock.now()) == 0);
    BOOST_TEST(call.stats().runs == 1000U);
}

BOOST_AUTO_TEST_CASE(many_wakeups_do_not_count_as_a_zero_delay_loop_while_time_passes) {
    clock.set_wakeups_per_instant(10);
    auto call = recording();
    call.start({.interval = 1ms});
    clock.advance(1s);
    BOOST_TEST(runs.size() == 1001U);
}

BOOST_AUTO_TEST_CASE(advancing_inside_a_handler_is_refused) {
    bool refused = false;
    asio::post(context, [&] {
        try {
            clock.advance(1ms);
        } catch (const std::logic_error&) {
            refused = true;
        }
    });
    clock.advance(0ns);
    BOOST_TEST(refused);
}

BOOST_AUTO_TEST_CASE(a_sleep_that_is_forgotten_with_its_clock_is_freed) {
    auto witness = std::make_shared<int>(0);
    const std::weak_ptr<int> alive = witness;
    {
        VirtualClock short_lived(context);
        short_lived.async_sleep(1h, [held = std::move(witness)](boost::system::error_code) {});
    }
    BOOST_TEST(alive.expired());
}

// A body that takes longer than its interval is due again whenever it returns.
BOOST_AUTO_TEST_CASE(a_body_that_never_keeps_up_does_not_keep_advance_from_returning) {
    auto call = make([&] {
        ran();
        clock.spend(30ms);
    });
    call.start({.interval = 10ms, .missed_ticks = MissedTicks::burst});
    clock.advance(100ms);
    BOOST_TEST(runs == (Times{0, 30, 60, 90}), boost::test_tools::per_element());
    BOOST_TEST(test::in_ms(clock.now()) == 120);
    clock.advance(30ms);
    BOOST_TEST(runs.size() == 6U);
}

BOOST_AUTO_TEST_CASE(the_longest_duration_means_never_however_far_the_clock_is_walked) {
    const std::pair<Options, std::size_t> rows[] = {
        {{.interval = Duration::max()}, 1},
        {{.interval = Duration::max(), .jitter = 0.25}, 1},
        {{.interval = Duration::max(), .tolerance = 1s}, 1},
        {{.interval = Duration::max(), .missed_ticks = MissedTicks::after_completion}, 1},
        {{.interval = Duration::max(), .missed_ticks = MissedTicks::burst}, 1},
        {{.initial_delay = Duration::max()}, 0},
        {{.initial_delay = Duration::max(), .max_calls = 1}, 0},
    };
    for (const auto& [options, calls] : rows) {
        for (const bool idle : {true, false}) {
            test::VirtualTime time;
            auto call = time.recording();
            call.start(options);
            idle ? static_cast<void>(time.clock.run_until_idle())
                 : time.clock.advance(Duration::max());
            BOOST_TEST(time.runs.size() == calls);
            BOOST_TEST(call.running());
            BOOST_TEST(time.clock.pending() == 0U);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_delay_without_end_is_never_over) {
    auto call = make([&]() -> Step<void> {
        ran();
        return after(Duration::max());
    });
    call.start({.interval = 100ms});
    bool woken = false;
    clock.async_sleep(Duration::max(), [&](boost::system::error_code) { woken = true; });
    BOOST_TEST(clock.run_until_idle());
    BOOST_TEST(runs.size() == 1U);
    BOOST_TEST(!woken);
    BOOST_TEST(call.trigger());
    clock.advance(0ns);
    BOOST_TEST(runs.size() == 2U);
}

BOOST_AUTO_TEST_CASE(an_interval_set_to_never_takes_the_next_call_back) {
    auto call = recording();
    call.start({.interval = 100ms});
    clock.advance(50ms);
    call.set_interval(Duration::max());
    clock.advance(1h);
    BOOST_TEST(runs.size() == 1U);
    call.set_interval(100ms);
    clock.advance(150ms);
    BOOST_TEST(runs.size() == 2U);
}

BOOST_AUTO_TEST_CASE(time_does_not_go_back) {
    clock.advance(1s);
    BOOST_CHECK_THROW(clock.spend(-1ns), std::invalid_argument);
    BOOST_CHECK_THROW(clock.advance(-1ns), std::invalid_argument);
    BOOST_CHECK_THROW(clock.run_until_idle(-1ns), std::invalid_argument);
    BOOST_CHECK_THROW(clock.spend(Duration::min()), std::invalid_argument);
    BOOST_TEST(test::in_ms(clock.now()) == 1000);
}

BOOST_AUTO_TEST_CASE(a_loop_can_be_controlled_however_far_time_has_gone) {
    struct Finished : Observer {
        int times = 0;
        void on_finish(StopReason) override { ++times; }
    };
    const auto observer = std::make_shared<Finished>();
    auto call = recording();
    call.start({.interval = Duration::max(), .observer = observer});
    clock.advance(Duration::max());
    BOOST_TEST(call.trigger());
    clock.advance(0ns);
    BOOST_TEST(runs.size() == 2U);
    call.stop();
    clock.advance(0ns);
    BOOST_TEST(!call.running());
    BOOST_TEST(observer->times == 1);
}

BOOST_AUTO_TEST_SUITE_END()
