// Uses that end later than the event that can be seen, or without one.
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/swap.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <thread>

#include "device/waiting.hpp"
#include "support/child.hpp"
#include "support/forked.hpp"
#include "support/loop_disk.hpp"

using namespace std::chrono_literals;
namespace asio = boost::asio;
namespace device = loopingcall::device;
using device::Probe;
using device::State;
using Clock = std::chrono::steady_clock;

namespace {

struct LateEnd : test::Waiting {
    test::LoopDisk disk{file, 8};
    std::filesystem::path point = scratch.path() / "mnt";

    [[nodiscard]] bool skipped() const {
        if (!disk.attached()) BOOST_TEST_MESSAGE("skipped: no loop device here (needs root)");
        return !disk.attached();
    }

    bool make_file_system() const {
        std::filesystem::create_directory(point);
        return test::run_program("mke2fs -q -F " + disk.path().string());
    }

    /// Whether the end of a use is noticed, which begins 300 ms before.
    /// @return how much later.
    [[nodiscard]] Clock::duration noticed_after(const std::function<void()>& end) const {
        Clock::time_point ended{};
        std::thread ender;
        const auto result =
            wait_for(disk.path(), {.check_device_interval = 60s,
                                   .check_device_timeout = 30s,
                                   .check_device_probe = Probe::procfs,
                                   .on_check = [&](const device::Check& check) {
                                       if (ender.joinable()) return;
                                       BOOST_TEST(check.report.state == State::busy);
                                       ender = std::thread([&] {
                                           std::this_thread::sleep_for(300ms);
                                           end();
                                           ended = Clock::now();
                                       });
                                   }});
        const auto told = Clock::now();
        if (ender.joinable()) ender.join();
        BOOST_TEST(result.report.state == State::free);
        return told - ended;
    }
};

/// A mount in no namespace, which lives as long as this descriptor.
int detach(const std::filesystem::path& point) {
    constexpr unsigned clone = 1;  // OPEN_TREE_CLONE
    return static_cast<int>(::syscall(SYS_open_tree, AT_FDCWD, point.c_str(), clone | O_CLOEXEC));
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(late_end, LateEnd)

BOOST_AUTO_TEST_CASE(the_end_of_a_mount_in_another_namespace_is_noticed) {
    if (skipped()) return;
    BOOST_REQUIRE(make_file_system());
    test::Child holder([&] {
        return test::unshare_mounts() &&
               ::mount(disk.path().c_str(), point.c_str(), "ext2", 0, nullptr) == 0;
    });
    BOOST_REQUIRE(holder.prepared());
    BOOST_TEST((noticed_after([&] { holder.let_go(); }) < 10s));
}

BOOST_AUTO_TEST_CASE(the_end_of_a_detached_mount_is_noticed) {
    if (skipped()) return;
    BOOST_REQUIRE(make_file_system());
    test::Child holder([&] {
        return ::mount(disk.path().c_str(), point.c_str(), "ext2", 0, nullptr) == 0 &&
               detach(point) >= 0 && ::umount(point.c_str()) == 0;
    });
    BOOST_REQUIRE(holder.prepared());
    BOOST_TEST((noticed_after([&] { holder.let_go(); }) < 10s));
}

BOOST_AUTO_TEST_CASE(the_end_of_a_lazily_unmounted_file_system_is_noticed) {
    if (skipped()) return;
    BOOST_REQUIRE(make_file_system());
    test::Child holder([&] {
        return ::mount(disk.path().c_str(), point.c_str(), "ext2", 0, nullptr) == 0 &&
               ::open((point / "file").c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600) >= 0 &&
               ::umount2(point.c_str(), MNT_DETACH) == 0;
    });
    BOOST_REQUIRE(holder.prepared());
    BOOST_TEST((noticed_after([&] { holder.let_go(); }) < 10s));
}

BOOST_AUTO_TEST_CASE(the_end_of_a_mount_that_others_have_detached_too_is_noticed) {
    if (skipped()) return;
    BOOST_REQUIRE(make_file_system());
    BOOST_REQUIRE(::mount(disk.path().c_str(), point.c_str(), "ext2", 0, nullptr) == 0);
    test::Child holder([&] { return detach(point) >= 0; });
    BOOST_TEST((noticed_after([&] {
                    BOOST_TEST(::umount(point.c_str()) == 0);  // the event that can be seen
                    std::this_thread::sleep_for(700ms);
                    holder.let_go();
                }) < 10s));
}

BOOST_AUTO_TEST_CASE(the_end_of_swap_is_noticed) {
    if (skipped()) return;
    if (!test::run_program("mkswap -q " + disk.path().string()) ||
        ::swapon(disk.path().c_str(), 0) != 0) {
        BOOST_TEST_MESSAGE("skipped: no swap here");
        return;
    }
    BOOST_TEST((noticed_after([&] { BOOST_TEST(::swapoff(disk.path().c_str()) == 0); }) < 10s));
}

BOOST_AUTO_TEST_CASE(a_device_that_is_simply_held_is_not_checked_without_an_event) {
    if (skipped()) return;
    const test::Child holder(
        [&] { return ::open(disk.path().c_str(), O_RDONLY | O_CLOEXEC) >= 0; });
    int planned = 0;
    const auto result = wait_for(disk.path(), {.check_device_interval = 60s,
                                               .check_device_timeout = 1s,
                                               .on_check = [&](const device::Check& check) {
                                                   if (!check.early_wake) ++planned;
                                               }});
    BOOST_TEST(result.report.state == State::busy);
    BOOST_TEST(planned == 1);
    BOOST_TEST(result.checks < 30U);  // others may open and close it, which wakes
}

BOOST_AUTO_TEST_CASE(a_claimed_device_is_tried_between_checks) {
    if (skipped()) return;
    BOOST_REQUIRE(make_file_system());
    BOOST_REQUIRE(::mount(disk.path().c_str(), point.c_str(), "ext2", 0, nullptr) == 0);
    int planned = 0;
    const auto result = wait_for(disk.path(), {.check_device_interval = 60s,
                                               .check_device_timeout = 1s,
                                               .on_check = [&](const device::Check& check) {
                                                   if (!check.early_wake) ++planned;
                                               }});
    BOOST_TEST(::umount(point.c_str()) == 0);
    BOOST_TEST(result.report.state == State::busy);
    BOOST_TEST(planned == 1);
    BOOST_TEST(result.checks < 30U);  // others may mount meanwhile, which wakes
}

// An exclusive open succeeds beside a loop device that is made of the device.
BOOST_AUTO_TEST_CASE(a_claim_that_an_opening_does_not_show_is_not_checked_all_the_time) {
    if (skipped()) return;
    const test::LoopDisk second(disk.path(), 0);
    if (!second.attached()) return;
    int planned = 0;
    const auto result = wait_for(disk.path(), {.check_device_interval = 60s,
                                               .check_device_timeout = 1s,
                                               .on_check = [&](const device::Check& check) {
                                                   if (!check.early_wake) ++planned;
                                               }});
    BOOST_TEST(result.report.state == State::busy);
    BOOST_TEST(planned == 1);
    BOOST_TEST(result.checks < 30U);
}

BOOST_AUTO_TEST_CASE(our_own_checks_do_not_make_the_quiet_period_begin_again) {
    if (skipped()) return;
    // Other programs may open the disk, too; ours would do so at each check.
    const device::WaitOptions options{.check_device_interval = 100ms,
                                      .check_device_max_retries = 60,
                                      .check_device_quiet = 500ms};
    for (const Probe probe : {Probe::fuser, Probe::procfs}) {
        device::WaitOptions with = options;
        with.check_device_probe = probe;
        const auto result = wait_for(disk.path(), with);
        BOOST_TEST(result.report.state == State::free, result.report.reason);
    }
    const auto twice = wait({disk.path(), disk.path()}, options);
    BOOST_TEST(device::worst_state(twice.results) == State::free);
}

BOOST_AUTO_TEST_CASE(two_programs_that_wait_for_a_quiet_device_do_not_disturb_each_other_for_ever) {
    if (skipped()) return;
    const device::WaitOptions options{.check_device_interval = 100ms,
                                      .check_device_max_retries = 60,
                                      .check_device_probe = Probe::procfs,
                                      .check_device_quiet = 500ms};
    std::atomic<int> of_other = -1;
    std::thread other([&] {
        of_other = test::in_forked_child([&] {
            asio::io_context context;
            State state = State::unknown;
            device::async_wait_until_free(
                context.get_executor(), {disk.path()}, options,
                [&](std::exception_ptr, const std::vector<device::WaitResult>& results) {
                    state = results.at(0).report.state;
                });
            context.run();
            return state == State::free ? 0 : 1;
        });
    });
    const auto result = wait_for(disk.path(), options);
    other.join();
    BOOST_TEST(result.report.state == State::free, result.report.reason);
    BOOST_TEST(of_other == 0);
}

BOOST_AUTO_TEST_SUITE_END()
