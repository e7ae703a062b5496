// Whatever takes a duration takes any, and none overflows on its way in.
#include <cmath>
#include <limits>
#include <loopingcall/loopingcall.hpp>

#include "support/virtual_time.hpp"

using namespace loopingcall;
using namespace std::chrono_literals;
using std::chrono::duration;
using test::Times;

namespace {

using Seconds = duration<double>;

constexpr double infinity = std::numeric_limits<double>::infinity();
const double not_a_number = std::numeric_limits<double>::quiet_NaN();

/// Durations of all sorts that are longer than any loop runs.
template <class Use>
void for_each_too_long(Use use) {
    use(std::chrono::hours::max());
    use(std::chrono::seconds::max());
    use(std::chrono::milliseconds::max());
    use(std::chrono::years{1000});
    use(std::chrono::years::max());
    use(duration<std::uint64_t>::max());
    use(duration<std::int64_t, std::exa>{1});
    use(Seconds{1e300});
    use(Seconds{infinity});
    use(duration<float>{1e30F});
    use(duration<long double, std::ratio<86400>>{1e10L});
    use(Duration::max());
}

// Everything that takes a duration makes a `Duration` of it. All sorts are tried where that is
// made, and a few in each other place: each sort makes all the templates of a loop.
constexpr auto longest_hours = std::chrono::hours::max();
constexpr auto longest_years = std::chrono::years::max();
constexpr Seconds endless{infinity};

static_assert(Duration{std::chrono::seconds::max()} == Duration::max());
static_assert(Duration{std::chrono::seconds::min()} == Duration::min());
static_assert(Duration{duration<int, std::pico>{1}} == 1ns);
static_assert(Duration{duration<int, std::pico>{1000}} == 1ns);
static_assert(Duration{duration<int, std::pico>{1001}} == 2ns);
static_assert(Duration{duration<int, std::pico>{-1}} == -1ns);
static_assert(Duration{duration<int, std::ratio<1, 3>>{1}} == 333'333'334ns);
static_assert(Duration{duration<std::int64_t, std::atto>{1}} == 1ns);
static_assert(Duration{Seconds{0.3e-9}} == 1ns);
static_assert(Duration{Seconds{-0.3e-9}} == -1ns);
static_assert(Duration{Seconds{0.3}} == 300ms);
static_assert(Duration{Seconds{-1.5}} == -1500ms);
static_assert(Duration{duration<float>{0.5F}} == 500ms);
static_assert(Duration{Seconds{9'223'372'036.0}} == 9'223'372'036s);
static_assert(sizeof(Duration) == sizeof(std::chrono::nanoseconds));

}  // namespace

BOOST_FIXTURE_TEST_SUITE(durations, test::VirtualTime)

BOOST_AUTO_TEST_CASE(a_decimal_fraction_is_exact_whatever_its_type) {
    for (int i = 1; i < 20'000; ++i) {
        BOOST_TEST_REQUIRE(Duration{Seconds{i / 1e3}}.count() == i * 1'000'000L);
        BOOST_TEST_REQUIRE(Duration{Seconds{i / 1e9}}.count() == i);
        BOOST_TEST_REQUIRE(Duration{duration<float>{static_cast<float>(i)}}.count() ==
                           i * 1'000'000'000L);
    }
}

BOOST_AUTO_TEST_CASE(a_duration_that_is_too_long_is_never) {
    for_each_too_long([](auto length) {
        BOOST_TEST((Duration{length} == Duration::max()));
        BOOST_TEST((std::optional<Duration>{length} == Duration::max()));
    });
    BOOST_TEST((Duration{-Seconds{infinity}} == Duration::min()));
}

BOOST_AUTO_TEST_CASE(nan_is_refused_and_the_message_names_the_valid_range) {
    const auto what = [](const std::invalid_argument& error) {
        const std::string message = error.what();
        return message.find("NaN") != std::string::npos &&
               message.find("number") != std::string::npos;
    };
    BOOST_CHECK_EXCEPTION(Duration{Seconds{not_a_number}}, std::invalid_argument, what);
    BOOST_CHECK_EXCEPTION(Duration{duration<float>{std::nanf("")}}, std::invalid_argument, what);
    BOOST_CHECK_THROW(static_cast<void>(Options{.interval = Seconds{not_a_number}}),
                      std::invalid_argument);
    BOOST_CHECK_THROW(static_cast<void>(RetryPolicy<>{.deadline = Seconds{not_a_number}}),
                      std::invalid_argument);
    BOOST_CHECK_THROW(clock.advance(Seconds{not_a_number}), std::invalid_argument);
    BOOST_CHECK_THROW(static_cast<void>(after(Seconds{not_a_number})), std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(options_take_fractions_of_seconds) {
    auto call = recording();
    call.start({.interval = Seconds{0.1}, .initial_delay = Seconds{0.05}, .timeout = Seconds{0.3}});
    clock.advance(Seconds{1});
    BOOST_TEST(runs == (Times{50, 150, 250}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_limit_that_is_too_long_means_without_a_limit) {
    auto call = make([&]() -> asio::awaitable<void> {
        ran();
        co_return;
    });
    call.start({.interval = 100ms, .timeout = longest_years, .call_timeout = endless});
    clock.advance(300ms);
    BOOST_TEST(runs.size() == 4U);
    BOOST_TEST(call.running());
}

BOOST_AUTO_TEST_CASE(a_delay_that_is_too_long_does_not_end_in_time_and_the_loop_lives) {
    auto interval = recording();
    auto delayed = recording();
    auto changed = recording();
    auto postponed = make([&] {
        ran();
        return after(endless);
    });
    interval.start({.interval = longest_hours});
    delayed.start({.initial_delay = endless});
    changed.start({.interval = 1h});
    changed.set_interval(longest_years);
    postponed.start({.interval = 1s});
    clock.advance(std::chrono::hours{24 * 365});
    BOOST_TEST(runs.size() == 2U);  // of the first and the last of them
    for (auto* call : {&interval, &delayed, &changed, &postponed}) BOOST_TEST(call->running());
}

BOOST_AUTO_TEST_CASE(a_body_may_return_any_duration) {
    using Call = DynamicLoopingCall<void, VirtualClock>;
    Call plain{context, clock, [&] {
                   ran();
                   return longest_hours;
               }};
    Call optional{context, clock, [&] {
                      ran();
                      return std::optional(endless);
                  }};
    Call awaitable{context, clock, [&]() -> asio::awaitable<std::chrono::years> {
                       ran();
                       co_return longest_years;
                   }};
    plain.start({});
    optional.start({});
    awaitable.start({.timeout = endless});
    clock.advance(std::chrono::hours{24 * 365});
    BOOST_TEST(runs.size() == 3U);
    for (auto* call : {&plain, &optional, &awaitable}) BOOST_TEST(call->running());
}

BOOST_AUTO_TEST_CASE(a_body_that_returns_nan_has_failed) {
    DynamicLoopingCall<void, VirtualClock> call{context, clock,
                                                [&] { return Seconds{not_a_number}; }};
    test::Told<void> told;
    call.start({});
    watch(call, told);
    clock.advance(1s);
    BOOST_TEST(told.outcome.reason == StopReason::failed);
    BOOST_TEST(test::message_of(told.error).find("NaN") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_fraction_of_a_nanosecond_is_a_nanosecond) {
    const duration<int, std::pico> tiny{1};
    auto call = recording();
    call.start({.interval = tiny, .max_calls = 3});
    clock.advance(Seconds{3e-10});
    BOOST_TEST(runs.size() == 2U);
    clock.spend(tiny);
    BOOST_TEST((clock.now() == TimePoint{2ns}));
}

BOOST_AUTO_TEST_CASE(the_limits_of_a_retry_and_its_delays_take_any_duration) {
    std::optional<StopReason> reason;
    const auto tell = [&](const std::exception_ptr&, const Outcome<void>& outcome) {
        reason = outcome.reason;
    };
    async_retry(
        context, clock,
        {.max_attempts = 3,
         .backoff = {.initial = Seconds{0.5}, .maximum = longest_hours},
         .deadline = longest_years,
         .attempt_timeout = endless},
        [&]() -> asio::awaitable<Step<void>> {
            ran();
            co_return failed(asio::error::connection_refused);
        },
        tell);
    clock.advance(1h);
    BOOST_TEST(runs.size() == 3U);
    BOOST_TEST((reason == StopReason::exhausted));

    reason.reset();
    async_retry(
        context, clock,
        {.deadline = 1h,
         .delay_from = [&](const Attempt<void>&) { return std::optional(endless); }},
        [] { throw std::runtime_error("no"); }, tell);
    clock.advance(1s);
    BOOST_TEST((reason == StopReason::timed_out));
}

BOOST_AUTO_TEST_CASE(the_options_of_a_back_off_call_take_any_duration) {
    const auto unsuccessful = [&] {
        ran();
        return false;
    };
    BackOffLoopingCall<void, VirtualClock> call{context, clock, unsuccessful};
    call.start(
        {.starting_interval = Seconds{1}, .timeout = endless, .max_interval = longest_hours});
    clock.advance(1h);
    BOOST_TEST(runs.size() > 5U);
    BOOST_TEST(call.running());
    call.stop();
    runs.clear();
    call.start({.starting_interval = longest_years, .min_interval = longest_years});
    clock.advance(1h);
    BOOST_TEST(runs.size() == 1U);
    call.stop();
}

BOOST_AUTO_TEST_CASE(a_sleep_that_is_too_long_goes_on) {
    bool woken = false;
    for_each_too_long([&](Duration never) {
        clock.async_sleep(never, [&](boost::system::error_code) { woken = true; });
        clock.advance(std::chrono::hours{24 * 365});
        BOOST_TEST(!woken);
        BOOST_TEST(clock.run_until_idle());  // there is nothing to wait for
        BOOST_TEST(!woken);
    });
}

BOOST_AUTO_TEST_CASE(real_time_takes_them_as_well) {
    asio::io_context here;
    FixedIntervalLoopingCall<> call{here, [&] { here.stop(); }};
    DynamicLoopingCall<> rare{here, [&] { return longest_hours; }};
    rare.start({.initial_delay = Seconds{1e-6}, .timeout = endless});
    call.start({.interval = longest_years, .initial_delay = Seconds{1e-3}, .timeout = endless});
    here.run();
    BOOST_TEST(call.running());
    BOOST_TEST(rare.running());
    BOOST_TEST(rare.stats().runs == 1U);
}

BOOST_AUTO_TEST_CASE(a_duration_is_a_standard_one_to_all_others) {
    const Options options{.interval = 1500ms};
    const std::chrono::duration<double> seconds = options.interval;
    BOOST_TEST(seconds.count() == 1.5);
    BOOST_TEST((options.interval == 1500ms && options.interval < 2s && 2 * options.interval == 3s));
    BOOST_TEST((std::chrono::duration_cast<std::chrono::seconds>(options.interval) == 1s));
    BOOST_TEST((TimePoint{} + options.interval == TimePoint{1500ms}));
    std::optional<Duration> limit = std::optional<std::chrono::seconds>(5s);
    BOOST_TEST((limit == 5s));
    limit = 5min;
    BOOST_TEST((limit.value_or(1s) == 5min));
}

BOOST_AUTO_TEST_SUITE_END()
