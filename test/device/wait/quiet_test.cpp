// How long a device has to stay free.
#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "device/waiting.hpp"
#include "support/loop_disk.hpp"

using namespace std::chrono_literals;
namespace device = loopingcall::device;
using device::State;

namespace {

using Clock = std::chrono::steady_clock;

/// A wait for a device; once it is free, something is opened five times.
struct Opened {
    std::filesystem::path device;
    device::WaitOptions options;
    std::filesystem::path opened;
    int flags = O_RDONLY;
    Clock::time_point last = {};
    Clock::time_point ended = {};
    std::thread opener = {};
    device::WaitResult result = {};

    void open_five_times() {
        for (int i = 0; i < 5; ++i) {
            std::this_thread::sleep_for(100ms);
            last = Clock::now();
            ::close(::open(opened.c_str(), flags | O_CLOEXEC));
        }
    }
};

/// All at the same time.
void wait_for_all(std::vector<Opened>& rows) {
    boost::asio::io_context context;
    for (Opened& row : rows) {
        row.options.on_check = [&row](const device::Check& check) {
            if (check.report.state != State::free || row.opener.joinable()) return;
            row.opener = std::thread([&row] { row.open_five_times(); });
        };
        device::async_wait_until_free(
            context.get_executor(), {row.device}, row.options,
            [&row](const std::exception_ptr& error, std::vector<device::WaitResult> results) {
                row.ended = Clock::now();
                BOOST_TEST(!error);
                if (!error) row.result = std::move(results.at(0));
            });
    }
    context.run();
    for (Opened& row : rows) {
        BOOST_TEST(row.opener.joinable());
        if (row.opener.joinable()) row.opener.join();
    }
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(quiet, test::Waiting)

BOOST_AUTO_TEST_CASE(an_opening_that_is_over_when_the_check_comes_makes_the_period_begin_again) {
    std::vector<Opened> rows;
    for (const auto interval : {50ms, 60'000ms}) {
        const auto disk = scratch.file("disk" + std::to_string(interval.count()));
        rows.push_back({.device = disk,
                        .options = {.check_device_interval = interval, .check_device_quiet = 400ms},
                        .opened = disk});
    }
    wait_for_all(rows);
    for (const Opened& row : rows) {
        BOOST_TEST(row.result.report.state == State::free, row.result.report.reason);
        BOOST_TEST((row.ended - row.last >= 400ms));
    }
}

BOOST_AUTO_TEST_CASE(a_disk_that_is_written_makes_the_period_of_its_partition_begin_again) {
    const test::LoopDisk disks[] = {{scratch.file("written"), 8}, {scratch.file("read"), 8}};
    std::vector<Opened> rows;
    for (const test::LoopDisk& disk : disks) {
        const auto partition = disk.attached() ? disk.add_partition() : std::filesystem::path();
        if (partition.empty()) {
            BOOST_TEST_MESSAGE("skipped: no loop device here (needs root)");
            return;
        }
        rows.push_back({.device = partition,
                        .options = {.check_device_interval = 60s,
                                    .check_device_quiet = 400ms,
                                    .check_device_udev = false,
                                    .wait_for_device = true},
                        .opened = disk.path(),
                        .flags = rows.empty() ? O_WRONLY : O_RDONLY});
    }
    wait_for_all(rows);
    for (const Opened& row : rows) {
        BOOST_TEST(row.result.report.state == State::free, row.result.report.reason);
    }
    BOOST_TEST((rows[0].ended - rows[0].last >= 400ms));
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
