// Limits of a command take any duration, and none overflows on its way in.
#include <limits>

#include "run.hpp"

using namespace std::chrono_literals;
namespace process = loopingcall::process;
using Seconds = std::chrono::duration<double>;

BOOST_FIXTURE_TEST_SUITE(durations, test::Children)

BOOST_AUTO_TEST_CASE(a_timeout_that_is_too_long_means_without_a_limit) {
    const auto ends = [](auto never) {
        const test::Ran ran = shell("exit 3", {.timeout = never, .grace = never});
        BOOST_TEST(!ran.error);
        BOOST_TEST(ran.result.status.exited(3));
    };
    ends(std::chrono::seconds::max());
    ends(std::chrono::hours::max());
    ends(std::chrono::years{1000});
    ends(Seconds{1e300});
    ends(Seconds{std::numeric_limits<double>::infinity()});
}

BOOST_AUTO_TEST_CASE(a_timeout_may_be_a_fraction_of_a_second) {
    const test::Ran ran = shell("exec sleep 1000", {.timeout = Seconds{0.05}});
    BOOST_TEST((ran.error == process::errc::timed_out));
    BOOST_TEST((ran.result.elapsed >= 50ms));
}

BOOST_AUTO_TEST_CASE(nan_and_a_negative_limit_are_refused) {
    const auto refused = [](auto limit) {
        BOOST_CHECK_THROW(shell("exit 0", {.timeout = limit}), std::invalid_argument);
        BOOST_CHECK_THROW(shell("exit 0", {.grace = limit}), std::invalid_argument);
    };
    refused(Seconds{std::numeric_limits<double>::quiet_NaN()});
    refused(std::chrono::seconds::min());
    refused(Seconds{-1e-12});
}

BOOST_AUTO_TEST_SUITE_END()
