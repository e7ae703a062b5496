#include <fcntl.h>
#include <unistd.h>

#include "support/child.hpp"
#include "support/loop_disk.hpp"
#include "waiting.hpp"

using namespace std::chrono_literals;
namespace device = loopingcall::device;
using device::Probe;
using device::State;

namespace {

/// A disk, or a message that there is none.
struct RealDevice : test::Waiting {
    test::LoopDisk disk{file, 8};

    [[nodiscard]] bool skipped() const {
        if (!disk.attached()) BOOST_TEST_MESSAGE("skipped: no loop device here (needs root)");
        return !disk.attached();
    }

    [[nodiscard]] std::function<bool()> opening() const {
        return [path = disk.path()] { return ::open(path.c_str(), O_RDWR | O_CLOEXEC) >= 0; };
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(real_device, RealDevice)

BOOST_AUTO_TEST_CASE(a_loop_device_is_busy_while_a_process_holds_it_and_free_after) {
    if (skipped()) return;
    BOOST_TEST(wait_for(disk.path(), {}).report.state == State::free);
    test::Child holder(opening());
    const auto busy = wait_for(disk.path(), {.check_device_max_retries = 1});
    BOOST_TEST(busy.report.state == State::busy);
    BOOST_TEST(busy.report.holders.at(0).pid == holder.pid());
    const auto after = wait_for(disk.path(), {.check_device_interval = 50ms,
                                              .check_device_early_wake = false,
                                              .on_check = [&](const device::Check& check) {
                                                  if (check.number == 2) holder.let_go();
                                              }});
    BOOST_TEST(after.report.state == State::free);
    BOOST_TEST(after.checks == 3U);
}

BOOST_AUTO_TEST_SUITE_END()
