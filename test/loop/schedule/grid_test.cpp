#include <loopingcall/fixed_interval_looping_call.hpp>

#include "support/virtual_time.hpp"

using namespace loopingcall;
using test::Times;
using namespace std::chrono_literals;

BOOST_FIXTURE_TEST_SUITE(grid, test::VirtualTime)

BOOST_AUTO_TEST_CASE(calls_are_made_at_multiples_of_the_interval_from_the_start) {
    auto call = recording();
    call.start({.interval = 100ms});
    clock.advance(350ms);
    BOOST_TEST(runs == (Times{0, 100, 200, 300}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(initial_delay_moves_the_grid) {
    auto call = recording();
    call.start({.interval = 100ms, .initial_delay = 30ms});
    clock.advance(250ms);
    BOOST_TEST(runs == (Times{30, 130, 230}), boost::test_tools::per_element());
}

//     planned   0    100    200    300    400    500
//     calls     |-------------|    |      |      |       the first call takes 250
BOOST_AUTO_TEST_CASE(a_long_call_leaves_out_the_points_it_covers_and_the_next_call_counts_them) {
    std::vector<Tick> ticks;
    auto call = make([&](const Tick& tick) {
        ran();
        ticks.push_back(tick);
        if (tick.index == 0) clock.spend(250ms);
    });
    call.start({.interval = 100ms});
    clock.advance(550ms);
    BOOST_TEST(runs == (Times{0, 300, 400, 500}), boost::test_tools::per_element());
    BOOST_TEST(ticks.at(1).missed == 2U);
    BOOST_TEST(test::in_ms(ticks.at(1).due) == 300);
    BOOST_TEST(ticks.at(2).missed == 0U);
    BOOST_TEST(ticks.at(3).index == 3U);
    BOOST_TEST(call.stats().runs == 4U);
    BOOST_TEST(call.stats().missed == 2U);
}

BOOST_AUTO_TEST_CASE(a_call_that_ends_exactly_on_a_point_does_not_serve_it) {
    auto call = make([&](const Tick& tick) {
        ran();
        if (tick.index == 0) clock.spend(200ms);
    });
    call.start({.interval = 100ms});
    clock.advance(350ms);
    BOOST_TEST(runs == (Times{0, 300}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_late_wake_up_never_drops_a_call_already_planned) {
    std::vector<Tick> ticks;
    auto call = make([&](const Tick& tick) {
        ran();
        ticks.push_back(tick);
    });
    clock.async_sleep(50ms, [&](boost::system::error_code) { clock.spend(200ms); });
    call.start({.interval = 100ms});
    clock.advance(450ms);
    BOOST_TEST(runs == (Times{0, 250, 300, 400}), boost::test_tools::per_element());
    BOOST_TEST(test::in_ms(ticks.at(1).due) == 100);
    BOOST_TEST(test::in_ms(ticks.at(1).started) == 250);
    BOOST_TEST(ticks.at(1).missed == 1U);  // 200
    BOOST_TEST(ticks.at(2).missed == 0U);
}

BOOST_AUTO_TEST_CASE(no_rounding_one_microsecond_for_a_second_gives_a_million_calls) {
    std::uint64_t count = 0;
    auto call = make([&] { ++count; });
    call.start({.interval = 1us});
    clock.advance(1s - 1us);
    BOOST_TEST(count == 1'000'000U);
}

BOOST_AUTO_TEST_CASE(no_rounding_four_milliseconds_in_two_hundred_gives_fifty_calls) {
    auto call = recording();
    call.start({.interval = 4ms});
    clock.advance(199ms);
    BOOST_TEST(runs.size() == 50U);
}

BOOST_AUTO_TEST_CASE(the_largest_interval_means_never_and_overflows_nothing) {
    auto call = recording();
    call.start({.interval = Duration::max()});
    clock.advance(std::chrono::hours(24 * 365 * 100));
    BOOST_TEST(runs == (Times{0}), boost::test_tools::per_element());
    BOOST_TEST(call.running());
}

BOOST_AUTO_TEST_SUITE_END()
