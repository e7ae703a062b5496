// Chance: jitter, first_run_spread, and where the numbers come from.
#include <loopingcall/fixed_interval_looping_call.hpp>
#include <random>
#include <set>

#include "support/virtual_time.hpp"

using namespace loopingcall;
using test::Times;
using test::Told;
using namespace std::chrono_literals;

#define TEST_RUNS(...) BOOST_TEST(runs == (Times{__VA_ARGS__}), boost::test_tools::per_element())

namespace {

/// Gives the numbers one after the other, and the last one for ever.
std::function<double()> numbers(std::vector<double> given) {
    return [given = std::move(given), next = std::size_t{0}]() mutable {
        return given.at(std::min(next++, given.size() - 1));
    };
}

std::function<double()> seeded(unsigned seed) {
    return [engine = std::mt19937(seed)]() mutable {
        return std::uniform_real_distribution<double>(0, 1)(engine);
    };
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(jitter, test::VirtualTime)

BOOST_AUTO_TEST_CASE(moves_a_call_by_its_share_of_the_interval_and_never_the_grid) {
    auto call = recording();
    call.start({.interval = 100ms, .jitter = 0.25, .random = numbers({0, 0.5, 0.96, 0.5})});
    clock.advance(450ms);
    TEST_RUNS(0, 75, 200, 323, 400);
}

BOOST_AUTO_TEST_CASE(a_call_that_comes_early_serves_its_point_which_is_not_served_again) {
    std::vector<Tick> ticks;
    auto call = make([&](const Tick& tick) { ticks.push_back(tick); });
    call.start({.interval = 100ms, .jitter = 0.25, .random = numbers({0, 0.5})});
    clock.advance(200ms);
    BOOST_TEST(ticks.size() == 3U);
    BOOST_TEST(test::in_ms(ticks.at(1).started) == 75);
    BOOST_TEST(test::in_ms(ticks.at(1).due) == 100);
    BOOST_TEST(test::in_ms(ticks.at(2).due) == 200);
    BOOST_TEST(call.stats().missed == 0U);
    BOOST_TEST((call.stats().max_lateness == 0ns));
}

BOOST_AUTO_TEST_CASE(ten_thousand_calls_stay_within_their_share_of_the_grid) {
    constexpr Duration interval = 100ms;
    bool all_within = true;
    std::set<Duration> offsets;
    auto call = make([&](const Tick& tick) {
        const Duration offset = tick.started - tick.due;
        all_within = all_within && offset >= -0.49 * interval && offset <= 0.49 * interval &&
                     tick.due.time_since_epoch() % interval == 0ns && tick.missed == 0;
        offsets.insert(offset);
    });
    call.start({.interval = interval, .jitter = 0.49, .random = seeded(1)});
    clock.advance(10'000 * interval);
    BOOST_TEST(all_within);
    BOOST_TEST(offsets.size() > 9'000U);
}

BOOST_AUTO_TEST_CASE(reset_and_set_interval_plan_a_call_that_is_not_moved) {
    auto call = recording();
    call.start({.interval = 100ms, .jitter = 0.25, .random = numbers({0})});
    clock.advance(50ms);
    call.reset();
    clock.advance(200ms);
    TEST_RUNS(0, 150, 225);
}

BOOST_AUTO_TEST_CASE(delay_does_not_add_up_jitter) {
    auto call = recording();
    call.start({.interval = 100ms,
                .missed_ticks = MissedTicks::delay,
                .jitter = 0.25,
                .random = numbers({0.99999})});
    clock.advance(450ms);
    TEST_RUNS(0, 124, 224, 324, 424);
}

BOOST_AUTO_TEST_CASE(first_run_spread_moves_the_whole_grid_once) {
    auto call = recording();
    call.start({.interval = 100ms,
                .initial_delay = 10ms,
                .first_run_spread = 80ms,
                .random = numbers({0.5, 0.9})});
    clock.advance(260ms);
    TEST_RUNS(50, 150, 250);
}

BOOST_AUTO_TEST_CASE(first_run_spread_is_never_reached) {
    auto call = recording();
    call.start({.interval = 1s, .first_run_spread = 80ms, .random = [] { return 1 - 1e-17; }});
    clock.advance(79999us);
    BOOST_TEST(runs.empty());
    clock.advance(1us - 1ns);
    BOOST_TEST(runs.size() == 1U);
}

BOOST_AUTO_TEST_CASE(engines_with_the_same_seed_repeat_exactly) {
    const auto run = [](unsigned seed) {
        test::VirtualTime time;
        auto call = time.recording();
        call.start({.interval = 100ms, .jitter = 0.4, .random = seeded(seed)});
        time.clock.advance(5s);
        return time.runs;
    };
    BOOST_TEST(run(1) == run(1), boost::test_tools::per_element());
    BOOST_TEST(run(1) != run(2));
}

BOOST_AUTO_TEST_CASE(loops_without_an_engine_do_not_move_in_step) {
    std::set<Times> all;
    for (int i = 0; i < 10; ++i) {
        test::VirtualTime time;
        auto call = time.recording();
        call.start({.interval = 100s, .jitter = 0.4});
        time.clock.advance(1000s);
        all.insert(time.runs);
    }
    BOOST_TEST(all.size() == 10U);
}

BOOST_AUTO_TEST_CASE(an_engine_that_throws_between_two_calls_ends_the_loop_as_failed) {
    auto call = recording();
    Told<void> told;
    call.start({.interval = 100ms, .jitter = 0.4, .random = []() -> double {
                    throw std::runtime_error("no dice");
                }});
    watch(call, told);
    clock.advance(1s);
    TEST_RUNS(0);
    BOOST_TEST(test::message_of(told.error) == "no dice");
}

BOOST_AUTO_TEST_CASE(an_engine_that_throws_in_start_leaves_nothing_behind) {
    auto call = recording();
    BOOST_CHECK_THROW(
        call.start({.first_run_spread = 1s,
                    .random = []() -> double { throw std::runtime_error("no dice"); }}),
        std::runtime_error);
    BOOST_TEST(!call.running());
    BOOST_TEST(clock.pending() == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
