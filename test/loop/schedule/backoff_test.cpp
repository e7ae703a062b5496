#include <loopingcall/backoff.hpp>

#include <boost/test/unit_test.hpp>
#include <random>
#include <set>
#include <vector>

using namespace loopingcall;
using namespace std::chrono_literals;

namespace {

std::vector<long> delays(const Backoff& backoff, std::uint64_t count) {
    std::vector<long> result;
    for (std::uint64_t n = 1; n <= count; ++n) {
        result.push_back(
            std::chrono::duration_cast<std::chrono::milliseconds>(backoff.delay(n, 0.5)).count());
    }
    return result;
}

}  // namespace

#define TEST_DELAYS(backoff, ...)                                        \
    BOOST_TEST(delays(backoff, std::vector<long>{__VA_ARGS__}.size()) == \
                   (std::vector<long>{__VA_ARGS__}),                     \
               boost::test_tools::per_element())

BOOST_AUTO_TEST_SUITE(backoff)

BOOST_AUTO_TEST_CASE(doubles_from_a_second_to_a_minute_by_default) {
    TEST_DELAYS(Backoff{}, 1000, 2000, 4000, 8000, 16000, 32000, 60000, 60000);
}

BOOST_AUTO_TEST_CASE(may_be_constant) {
    TEST_DELAYS((Backoff{.initial = 10ms, .multiplier = 1}), 10, 10, 10);
}

BOOST_AUTO_TEST_CASE(may_be_linear_as_in_oslo) {
    TEST_DELAYS((Backoff{.increment = 2s}), 2000, 4000, 6000);
    TEST_DELAYS((Backoff{.initial = 1s, .increment = 2s}), 1000, 3000, 5000);
}

BOOST_AUTO_TEST_CASE(may_be_both) {
    TEST_DELAYS((Backoff{.initial = 1s, .multiplier = 2, .increment = 100ms}), 1000, 2100, 4200);
}

BOOST_AUTO_TEST_CASE(zero_means_at_once) { TEST_DELAYS((Backoff{.initial = 0ms}), 0, 0, 0); }

BOOST_AUTO_TEST_CASE(the_minimum_and_the_maximum_hold) {
    TEST_DELAYS((Backoff{.initial = 10ms, .minimum = 25ms, .maximum = 50ms}), 25, 25, 40, 50, 50);
}

BOOST_AUTO_TEST_CASE(the_five_thousandth_is_neither_negative_nor_an_overflow) {
    BOOST_TEST((Backoff{}.delay(5000, 0.5) == 60s));
    BOOST_TEST((Backoff{.maximum = Duration::max()}.delay(5000, 0.5) == Duration::max()));
    BOOST_TEST((Backoff{.increment = Duration::max(), .maximum = Duration::max()}.delay(
                    5000, 0.5) == Duration::max()));
    const Backoff jittered{.maximum = Duration::max(), .jitter = 1};
    for (const double uniform : {0.0, 0.5, 0.999999999}) {
        BOOST_TEST((jittered.delay(5000, uniform) >= 0ns));
    }
}

BOOST_AUTO_TEST_CASE(jitter_takes_away_its_share_at_most) {
    const Backoff half{.initial = 100ms, .jitter = 0.5};
    BOOST_TEST((half.delay(1, 0) == 50ms));
    BOOST_TEST((half.delay(1, 0.5) == 75ms));
    BOOST_TEST((half.delay(2, 0.5) == 150ms));
}

BOOST_AUTO_TEST_CASE(full_jitter_at_the_cap_varies_and_stays_within_minimum_and_maximum) {
    const Backoff full{.minimum = 2s, .maximum = 60s, .jitter = 1};
    std::mt19937 random(3);  // NOLINT(cert-msc51-cpp): a fixed seed, so that a failure repeats
    std::uniform_real_distribution<double> uniform(0, 1);
    std::set<Duration> seen;
    bool all_within = true;
    for (int i = 0; i < 10'000; ++i) {
        const Duration delay = full.delay(100, uniform(random));
        all_within = all_within && delay >= 2s && delay <= 60s;
        seen.insert(delay);
    }
    BOOST_TEST(all_within);
    BOOST_TEST(seen.size() > 9'000U);
    BOOST_TEST((*seen.begin() < 3s));
    BOOST_TEST((*seen.rbegin() > 59s));
}

BOOST_AUTO_TEST_SUITE_END()
