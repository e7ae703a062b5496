#include <loopingcall/fixed_interval_looping_call.hpp>
#include <loopingcall/on_error.hpp>
#include <stdexcept>

#include "support/virtual_time.hpp"

using namespace loopingcall;
using test::Times;
using test::Told;
using namespace std::chrono_literals;

#define TEST_RUNS(...) BOOST_TEST(runs == (Times{__VA_ARGS__}), boost::test_tools::per_element())

namespace {

struct Errors : test::VirtualTime {
    /// Fails in the calls that are marked F, and in all after the end of the text as in the last.
    auto failing(std::string results) {
        return make([this, results](const Tick& tick) {
            ran();
            const auto index = std::min<std::size_t>(tick.index, results.size() - 1);
            if (results[index] == 'F') {
                throw std::runtime_error("failure " + std::to_string(tick.index));
            }
        });
    }
    static constexpr Backoff fast{.initial = 10ms, .multiplier = 2, .maximum = 50ms};
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(on_error, Errors)

BOOST_AUTO_TEST_CASE(stop_is_the_default_and_rethrows_the_same_object) {
    const auto thrown = std::make_exception_ptr(std::runtime_error("no"));
    auto call = make([&] { std::rethrow_exception(thrown); });
    Told<void> told;
    call.start({.interval = 100ms});
    watch(call, told);
    clock.advance(1s);
    BOOST_TEST(told.outcome.reason == StopReason::failed);
    BOOST_TEST((told.error == thrown));
    BOOST_TEST((told.outcome.error == thrown));
    BOOST_TEST(told.outcome.stats.failures == 1U);
}

BOOST_AUTO_TEST_CASE(an_exception_of_any_type_is_a_failure) {
    auto call = make([]() -> void { throw 42; });  // NOLINT(hicpp-exception-baseclass)
    Told<void> told;
    call.start({.interval = 100ms});
    watch(call, told);
    clock.advance(1s);
    BOOST_TEST(told.outcome.reason == StopReason::failed);
    BOOST_CHECK_THROW(std::rethrow_exception(told.error), int);
}

BOOST_AUTO_TEST_CASE(keep_schedule_goes_on_as_if_nothing_had_happened) {
    auto call = failing("F");
    call.start({.interval = 100ms, .on_error = {OnError::keep_schedule}});
    clock.advance(250ms);
    TEST_RUNS(0, 100, 200);
    BOOST_TEST(call.stats().failures == 3U);
    BOOST_TEST(call.stats().consecutive_failures == 3U);
    BOOST_TEST(call.running());
}

BOOST_AUTO_TEST_CASE(a_success_ends_the_row_of_failures) {
    auto call = failing("FF.F.");
    call.start({.interval = 100ms, .on_error = {OnError::keep_schedule}});
    clock.advance(350ms);
    BOOST_TEST(call.stats().failures == 3U);
    BOOST_TEST(call.stats().consecutive_failures == 1U);
    clock.advance(100ms);
    BOOST_TEST(call.stats().consecutive_failures == 0U);
}

BOOST_AUTO_TEST_CASE(back_off_delays_grow_and_a_success_begins_a_new_grid_at_its_start) {
    auto call = failing("FFFF.");
    call.start({.interval = 100ms, .on_error = {OnError::backoff, fast}});
    clock.advance(250ms);
    TEST_RUNS(0, 10, 30, 70, 120, 220);
}

BOOST_AUTO_TEST_CASE(back_off_counts_from_the_end_of_the_call_that_failed) {
    auto call = make([&](const Tick& tick) {
        ran();
        clock.spend(7ms);
        if (tick.index < 2) throw std::runtime_error("no");
    });
    call.start({.interval = 100ms, .on_error = {OnError::backoff, fast}});
    clock.advance(150ms);
    TEST_RUNS(0, 17, 44, 144);
}

BOOST_AUTO_TEST_CASE(the_delays_begin_again_with_the_next_row_of_failures) {
    auto call = failing("FF.F.");
    call.start({.interval = 100ms, .on_error = {OnError::backoff, fast}});
    clock.advance(300ms);
    TEST_RUNS(0, 10, 30, 130, 140, 240);
}

BOOST_AUTO_TEST_CASE(the_last_failure_in_a_row_that_is_allowed_ends_the_loop) {
    auto call = failing("F");
    Told<void> told;
    call.start({.interval = 100ms, .on_error = {OnError::backoff, fast, 3}});
    watch(call, told);
    clock.advance(1s);
    TEST_RUNS(0, 10, 30);
    BOOST_TEST(told.at == 30);
    BOOST_TEST(told.outcome.reason == StopReason::failed);
    BOOST_TEST(test::message_of(told.error) == "failure 2");
}

BOOST_AUTO_TEST_CASE(failures_in_a_row_are_limited_on_the_schedule_too) {
    auto call = failing("F.FF");
    Told<void> told;
    call.start(
        {.interval = 100ms, .on_error = {.action = OnError::keep_schedule, .max_in_a_row = 2}});
    watch(call, told);
    clock.advance(1s);
    TEST_RUNS(0, 100, 200, 300);
    BOOST_TEST(told.outcome.reason == StopReason::failed);
}

BOOST_AUTO_TEST_CASE(exhausted_keeps_the_error_if_the_last_call_failed_but_throws_nothing) {
    auto call = failing("FF");
    Told<void> told;
    call.start({.interval = 100ms, .max_calls = 2, .on_error = {OnError::keep_schedule}});
    watch(call, told);
    clock.advance(1s);
    BOOST_TEST(told.outcome.reason == StopReason::exhausted);
    BOOST_TEST(!told.error);
    BOOST_TEST(test::message_of(told.outcome.error) == "failure 1");
}

BOOST_AUTO_TEST_CASE(exhausted_keeps_no_error_if_the_last_call_was_a_success) {
    auto call = failing("F.");
    Told<void> told;
    call.start({.interval = 100ms, .max_calls = 2, .on_error = {OnError::keep_schedule}});
    watch(call, told);
    clock.advance(1s);
    BOOST_TEST(!told.outcome.error);
}

BOOST_AUTO_TEST_CASE(stop_in_a_call_whose_failure_is_tolerated_is_stopped) {
    std::optional<FixedIntervalLoopingCall<void, VirtualClock>> call;
    call.emplace(make([&] {
        call->stop();
        throw std::runtime_error("no");
    }));
    Told<void> told;
    call->start({.interval = 100ms, .on_error = {OnError::keep_schedule}});
    watch(*call, told);
    clock.advance(1s);
    BOOST_TEST(told.outcome.reason == StopReason::stopped);
    BOOST_TEST(!told.error);
}

BOOST_AUTO_TEST_CASE(a_jitter_of_the_delays_is_drawn_from_the_given_numbers) {
    auto call = failing("F");
    call.start({.interval = 100ms,
                .on_error = {OnError::backoff, {.initial = 40ms, .multiplier = 1, .jitter = 0.5}},
                .random = [] { return 0.5; }});
    clock.advance(70ms);
    TEST_RUNS(0, 30, 60);  // low 20, mean 40
}

BOOST_AUTO_TEST_CASE(options_out_of_range_are_refused_by_name) {
    struct {
        Options options;
        const char* named;
    } const bad[] = {
        {{.on_error = {.action = OnError::keep_schedule, .max_in_a_row = 0}},
         "on_error.max_in_a_row is 0"},
        {{.on_error = {OnError::backoff, {.initial = -1ns}}}, "initial is -1 ns"},
        {{.on_error = {OnError::backoff, {.multiplier = 0.5}}}, "multiplier is 0.5"},
        {{.on_error = {OnError::backoff, {.increment = -1ns}}}, "increment is -1 ns"},
        {{.on_error = {OnError::backoff, {.minimum = -1ns}}}, "minimum is -1 ns"},
        {{.on_error = {OnError::backoff, {.minimum = 2s, .maximum = 1s}}}, "maximum is"},
        {{.on_error = {OnError::backoff, {.jitter = 1.5}}}, "jitter is 1.5"},
        {{.jitter = 0.5}, "jitter is 0.5"},
        {{.jitter = -0.1}, "jitter is -0.1"},
        {{.first_run_spread = -1ns}, "first_run_spread is -1 ns"},
        {{.call_timeout = 0ns}, "call_timeout is 0 ns"},
        {{.call_timeout = 1s}, "call_timeout is set, but the body is a plain function"},
    };
    auto call = recording();
    for (const auto& [options, named] : bad) {
        BOOST_TEST_CONTEXT(named) {
            BOOST_CHECK_EXCEPTION(call.start(options), std::invalid_argument,
                                  [begin = named](const std::invalid_argument& error) {
                                      return std::string(error.what()).starts_with(begin);
                                  });
        }
    }
    BOOST_TEST(!call.running());
}

BOOST_AUTO_TEST_SUITE_END()
