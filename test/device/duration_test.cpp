// The options of a wait take any duration, and none overflows on its way in.
#include <limits>
#include <thread>

#include "waiting.hpp"

namespace device = loopingcall::device;
using device::Probe;
using device::State;
using namespace std::chrono_literals;
using Seconds = std::chrono::duration<double>;

BOOST_FIXTURE_TEST_SUITE(durations, test::Waiting)

BOOST_AUTO_TEST_CASE(an_option_that_is_too_long_is_never) {
    const auto ends = [&](auto never) {
        for (const Probe probe : {Probe::procfs, Probe::fuser}) {
            const auto result = wait_for(file, {.check_device_interval = never,
                                                .check_device_timeout = never,
                                                .check_device_probe = probe,
                                                .check_device_probe_timeout = never});
            BOOST_TEST(result.report.state != State::busy);
            BOOST_TEST(result.checks == 1U);
        }
    };
    ends(std::chrono::seconds::max());
    ends(std::chrono::years{1000});
    ends(Seconds{std::numeric_limits<double>::infinity()});
}

BOOST_AUTO_TEST_CASE(a_quiet_time_that_is_too_long_lasts_until_the_timeout) {
    const auto result = wait_for(file, {.check_device_interval = Seconds{0.01},
                                        .check_device_timeout = Seconds{0.1},
                                        .check_device_probe = Probe::procfs,
                                        .check_device_quiet = std::chrono::seconds::max()});
    BOOST_TEST((result.report.state == State::unknown));
    BOOST_TEST((result.elapsed >= 100ms));
}

BOOST_AUTO_TEST_CASE(a_control_takes_any_interval) {
    device::WaitControl control;
    control.set_limits(std::chrono::seconds::max(), 5);
    control.set_limits(Seconds{0.5}, 5);
    BOOST_CHECK_THROW(control.set_limits(Seconds{std::numeric_limits<double>::quiet_NaN()}, 5),
                      std::invalid_argument);
    BOOST_CHECK_THROW(control.set_limits(std::chrono::seconds::min(), 5), std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(an_interval_of_never_may_be_set_while_a_wait_runs) {
    const auto control = std::make_shared<device::WaitControl>();
    const device::WaitOptions options{.check_device_interval = 1ms,
                                      .check_device_max_retries = 1'000'000,
                                      .check_device_timeout = 200ms,
                                      .check_device_probe = Probe::procfs,
                                      .check_device_quiet = 1h,
                                      .control = control,
                                      .on_check = [&](const device::Check&) {
                                          control->set_limits(std::chrono::seconds::max(), 5);
                                      }};
    const auto result = wait_for(file, options);
    BOOST_TEST((result.elapsed >= 200ms));
}

BOOST_AUTO_TEST_SUITE_END()
