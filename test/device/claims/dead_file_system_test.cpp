// An unrelated process holds a file of a file system that never answers. No probe is to be held
// up.
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "device/waiting.hpp"
#include "support/child.hpp"
#include "support/hung_mount.hpp"

using namespace std::chrono_literals;
namespace asio = boost::asio;
namespace device = loopingcall::device;
using device::Probe;
using device::State;

BOOST_FIXTURE_TEST_SUITE(dead_file_system, test::Waiting)

BOOST_AUTO_TEST_CASE(no_probe_hangs_or_takes_longer_than_its_time_limit) {
    const test::HungMount hung(scratch.path() / "hung");
    if (!hung.mounted()) {
        BOOST_TEST_MESSAGE("skipped: no FUSE file system can be made here (needs root)");
        return;
    }
    // Its root needs no answer to be opened as a path, and is held as the working directory.
    const test::Child bystander([&] {
        const int root = ::open((scratch.path() / "hung").c_str(), O_PATH | O_CLOEXEC);
        return root >= 0;
    });
    BOOST_REQUIRE(bystander.prepared());
    for (const Probe probe : {Probe::fuser, Probe::lsof, Probe::procfs}) {
        BOOST_TEST_CONTEXT(to_string(probe)) {
            asio::io_context context;
            asio::steady_timer timer(context);
            int ticks = 0;
            bool over = false;
            std::function<void(boost::system::error_code)> tick = [&](boost::system::error_code) {
                if (over) return;
                ++ticks;
                timer.expires_after(1ms);
                timer.async_wait(tick);
            };
            tick({});
            const auto begun = std::chrono::steady_clock::now();
            device::async_wait_until_free(
                context.get_executor(), {file},
                {.check_device_probe = probe, .check_device_probe_timeout = 1s},
                [&](std::exception_ptr error, const std::vector<device::WaitResult>& results) {
                    over = true;
                    BOOST_TEST(!error);
                    BOOST_TEST(results.at(0).report.state != State::busy);
                });
            context.run();
            BOOST_TEST((std::chrono::steady_clock::now() - begun < 10s));
            BOOST_TEST(ticks > 1);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_device_on_it_is_unknown_when_the_time_is_up) {
    const test::HungMount hung(scratch.path() / "hung");
    if (!hung.mounted()) return;
    const auto result =
        wait_for(scratch.path() / "hung" / "disk", {.check_device_probe_timeout = 300ms});
    BOOST_TEST(result.report.state == State::unknown);
    BOOST_TEST(result.report.reason == "it could not be checked within 300 ms");
}

BOOST_AUTO_TEST_SUITE_END()
