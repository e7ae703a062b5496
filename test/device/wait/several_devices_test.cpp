// Several devices are free when all of them are, together.
#include <fcntl.h>
#include <unistd.h>

#include <map>
#include <thread>

#include "device/waiting.hpp"
#include "support/child.hpp"

using namespace std::chrono_literals;
namespace asio = boost::asio;
namespace device = loopingcall::device;
using device::State;

namespace {

struct Several : test::Waiting {
    std::filesystem::path first = file;
    std::filesystem::path last = scratch.file("last");

    static std::unique_ptr<test::Child> hold(const std::filesystem::path& path) {
        return std::make_unique<test::Child>(
            [&] { return ::open(path.c_str(), O_RDONLY | O_CLOEXEC) >= 0; });
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(several_devices, Several)

BOOST_AUTO_TEST_CASE(devices_that_are_all_free_are_checked_once) {
    const auto waited = wait({first, last, first}, {});
    BOOST_TEST(device::worst_state(waited.results) == State::free);
    for (const auto& result : waited.results) BOOST_TEST(result.checks == 1U);
}

BOOST_AUTO_TEST_CASE(after_the_last_one_has_become_free_all_are_checked_once_more) {
    auto holder = hold(last);
    std::map<std::filesystem::path, int> checks;
    const auto waited = wait({first, last}, {.check_device_interval = 50ms,
                                             .check_device_early_wake = false,
                                             .on_check = [&](const device::Check& check) {
                                                 const int number = ++checks[check.report.device];
                                                 const bool is_last = check.report.device == last;
                                                 if (is_last && number == 2) holder->let_go();
                                             }});
    BOOST_TEST(device::worst_state(waited.results) == State::free);
    BOOST_TEST(waited.results[0].checks == 2U);
    BOOST_TEST(waited.results[1].checks == 4U);
}

BOOST_AUTO_TEST_CASE(a_device_that_is_in_use_again_meanwhile_is_waited_for_again) {
    for (const bool early_wake : {true, false}) {
        auto of_last = hold(last);
        std::unique_ptr<test::Child> of_first;
        bool in_use_again = false;
        const auto waited =
            wait({first, last}, {.check_device_interval = 20ms,
                                 .check_device_max_retries = 1000,
                                 .check_device_early_wake = early_wake,
                                 .on_check = [&](const device::Check& check) {
                                     const bool is_first = check.report.device == first;
                                     const bool is_busy = check.report.state == State::busy;
                                     if (is_first && !is_busy && !of_first) of_first = hold(first);
                                     if (!is_first && is_busy && of_first) of_last->let_go();
                                     if (is_first && is_busy) in_use_again = true;
                                     if (is_first && is_busy && check.number > 5)
                                         of_first->let_go();
                                 }});
        BOOST_TEST(device::worst_state(waited.results) == State::free);
        BOOST_TEST(in_use_again);
    }
}

BOOST_AUTO_TEST_CASE(one_that_stays_in_use_again_ends_by_what_is_left_of_its_checks) {
    auto of_last = hold(last);
    std::unique_ptr<test::Child> of_first;
    const auto waited = wait({first, last}, {.check_device_interval = 50ms,
                                             .check_device_max_retries = 15,
                                             .on_check = [&](const device::Check& check) {
                                                 const bool is_first = check.report.device == first;
                                                 if (is_first && !of_first) of_first = hold(first);
                                                 if (!is_first && of_first && check.number > 2)
                                                     of_last->let_go();
                                             }});
    BOOST_REQUIRE(waited.results[0].report.state == State::busy);
    BOOST_TEST(waited.results[0].report.holders.at(0).pid == of_first->pid());
    BOOST_TEST(waited.results[1].report.state == State::free);
}

BOOST_AUTO_TEST_CASE(the_time_limit_holds_for_a_device_that_waits_for_others) {
    const auto holder = hold(last);
    const auto waited = wait({first, last}, {.check_device_interval = 20ms,
                                             .check_device_max_retries = 100'000,
                                             .check_device_timeout = 3s});
    BOOST_TEST(waited.results[0].report.state == State::free);
    BOOST_TEST(waited.results[0].checks == 1U);
    BOOST_TEST(waited.results[1].report.state == State::busy);
}

BOOST_AUTO_TEST_CASE(an_unknown_one_lets_the_free_ones_end) {
    const auto waited = wait({first, "/no/such/device", last}, {.check_device_interval = 60s});
    BOOST_TEST(waited.results[0].report.state == State::free);
    BOOST_TEST(waited.results[1].report.state == State::unknown);
    BOOST_TEST(waited.results[2].report.state == State::free);
}

BOOST_AUTO_TEST_CASE(an_error_ends_a_device_that_waits_for_others_too) {
    const auto holder = hold(last);
    int of_last = 0;
    const auto waited = wait(
        {first, last}, {.check_device_interval = 20ms, .on_check = [&](const device::Check& check) {
                            if (check.report.device != last) return;
                            if (++of_last == 3) throw 7;
                        }});
    BOOST_REQUIRE(waited.error);
    BOOST_CHECK_THROW(std::rethrow_exception(waited.error), int);
}

BOOST_AUTO_TEST_CASE(a_device_that_waits_for_others_can_be_cancelled) {
    const auto holder = hold(last);
    asio::io_context context;
    asio::cancellation_signal signal;
    std::exception_ptr error;
    int of_last = 0;
    device::async_wait_until_free(
        context.get_executor(), {first, last},
        {.check_device_interval = 20ms,
         .on_check =
             [&](const device::Check& check) {
                 if (check.report.device == last && ++of_last == 3) {
                     asio::post(context, [&] { signal.emit(asio::cancellation_type::total); });
                 }
             }},
        asio::bind_cancellation_slot(
            signal.slot(), [&](std::exception_ptr told, const std::vector<device::WaitResult>&) {
                error = std::move(told);
            }));
    context.run();
    BOOST_REQUIRE(error);
    BOOST_CHECK_THROW(std::rethrow_exception(error), boost::system::system_error);
}

// Each has to be quiet, and quiet still when the last one is.
BOOST_AUTO_TEST_CASE(
    an_opening_of_a_device_that_waits_for_others_makes_its_quiet_period_begin_again) {
    auto of_last = hold(last);
    std::atomic<bool> is_opened = false;
    std::chrono::steady_clock::time_point opened{};
    std::thread opener;
    const auto waited = wait({first, last}, {.check_device_interval = 20ms,
                                             .check_device_max_retries = 1000,
                                             .check_device_quiet = 300ms,
                                             .on_check = [&](const device::Check& check) {
                                                 if (check.report.device != last ||
                                                     check.number < 40 || opener.joinable())
                                                     return;
                                                 of_last->let_go();
                                                 opener = std::thread([&] {
                                                     std::this_thread::sleep_for(200ms);
                                                     (void)test::read_file(first);
                                                     opened = std::chrono::steady_clock::now();
                                                     is_opened = true;
                                                 });
                                             }});
    const auto ended = std::chrono::steady_clock::now();
    opener.join();
    BOOST_TEST(device::worst_state(waited.results) == State::free);
    BOOST_TEST(is_opened);
    BOOST_TEST((ended - opened >= 299ms));
}

BOOST_AUTO_TEST_CASE(the_probe_has_its_whole_time_however_long_it_waits_for_its_turn) {
    std::vector<std::filesystem::path> files;
    for (int i = 0; i < 3; ++i) files.push_back(scratch.file("disk" + std::to_string(i)));
    const test::FakeFuser fake(scratch, "sleep 0.4; exit 1");
    const auto waited =
        wait(files, {.check_device_probe_timeout = 1s, .check_device_concurrency = 1});
    for (const auto& result : waited.results) {
        BOOST_TEST(result.report.state == State::free, result.report.reason);
    }
}

BOOST_AUTO_TEST_SUITE_END()
