// How long a device has to stay free.
#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <thread>

#include "device/waiting.hpp"
#include "support/loop_disk.hpp"

using namespace std::chrono_literals;
namespace device = loopingcall::device;
using device::State;

BOOST_FIXTURE_TEST_SUITE(quiet, test::Waiting)

BOOST_AUTO_TEST_CASE(an_opening_that_is_over_when_the_check_comes_makes_the_period_begin_again) {
    for (const auto interval : {50ms, 60'000ms}) {
        std::chrono::steady_clock::time_point last{};
        std::thread opener;
        const auto result = wait_for(file, {.check_device_interval = interval,
                                            .check_device_quiet = 400ms,
                                            .on_check = [&](const device::Check&) {
                                                if (opener.joinable()) return;
                                                opener = std::thread([&] {
                                                    for (int i = 0; i < 5; ++i) {
                                                        std::this_thread::sleep_for(100ms);
                                                        last = std::chrono::steady_clock::now();
                                                        (void)test::read_file(file);
                                                    }
                                                });
                                            }});
        const auto ended = std::chrono::steady_clock::now();
        opener.join();
        BOOST_TEST(result.report.state == State::free, result.report.reason);
        BOOST_TEST((ended - last >= 400ms));
    }
}

BOOST_AUTO_TEST_CASE(a_disk_that_is_written_makes_the_period_of_its_partition_begin_again) {
    const test::LoopDisk disk(scratch.file("image"), 8);
    const auto partition = disk.attached() ? disk.add_partition() : std::filesystem::path();
    if (partition.empty()) {
        BOOST_TEST_MESSAGE("skipped: no loop device here (needs root)");
        return;
    }
    const device::WaitOptions wait{.check_device_interval = 60s,
                                   .check_device_quiet = 400ms,
                                   .check_device_udev = false,
                                   .wait_for_device = true};
    for (const int flags : {O_WRONLY, O_RDONLY}) {
        std::chrono::steady_clock::time_point last{};
        std::thread opener;
        device::WaitOptions options = wait;
        options.on_check = [&](const device::Check& check) {
            if (check.report.state != State::free || opener.joinable()) return;
            opener = std::thread([&] {
                for (int i = 0; i < 5; ++i) {
                    std::this_thread::sleep_for(100ms);
                    last = std::chrono::steady_clock::now();
                    ::close(::open(disk.path().c_str(), flags | O_CLOEXEC));
                }
            });
        };
        const auto result = wait_for(partition, options);
        const auto ended = std::chrono::steady_clock::now();
        opener.join();
        BOOST_TEST(result.report.state == State::free, result.report.reason);
        if (flags == O_WRONLY) BOOST_TEST((ended - last >= 400ms));
    }
    disk.remove_partition();
}

BOOST_AUTO_TEST_CASE(a_device_that_is_opened_again_and_again_is_given_up) {
    std::atomic<bool> goes_on = true;
    std::thread opener([&] {
        while (goes_on) {
            std::this_thread::sleep_for(30ms);
            (void)test::read_file(file);
        }
    });
    const auto result = wait_for(file, {.check_device_interval = 50ms,
                                        .check_device_max_retries = 4,
                                        .check_device_quiet = 300ms});
    goes_on = false;
    opener.join();
    BOOST_TEST(result.report.state == State::unknown);
    BOOST_TEST(result.report.reason ==
               "it was opened again and again, and never free for check_device_quiet (300 ms)");
}

BOOST_AUTO_TEST_CASE(a_time_limit_that_comes_first_does_not_make_it_free) {
    const auto result = wait_for(
        file,
        {.check_device_interval = 50ms, .check_device_timeout = 300ms, .check_device_quiet = 60s});
    BOOST_TEST(result.report.state == State::unknown);
    BOOST_TEST(result.report.reason ==
               "the time ran out before it had been free for check_device_quiet (60000 ms)");
}

BOOST_AUTO_TEST_SUITE_END()
