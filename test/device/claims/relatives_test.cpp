// A disk and its partitions: what is a use of which.
#include <fcntl.h>
#include <sys/mount.h>
#include <unistd.h>

#include <memory>

#include "device/waiting.hpp"
#include "support/child.hpp"
#include "support/loop_disk.hpp"

namespace device = loopingcall::device;
namespace fs = std::filesystem;
using device::ClaimKind;
using device::Probe;
using device::State;

using namespace std::chrono_literals;

namespace {

constexpr Probe probes[] = {Probe::fuser, Probe::lsof, Probe::procfs};

/// A disk with one partition.
struct Partitioned : test::Waiting {
    test::LoopDisk disk{scratch.file("disk.img"), 16};
    fs::path partition = disk.attached() ? disk.add_partition() : fs::path();

    Partitioned() {
        while (possible() && !fs::exists(partition)) continue;
    }

    [[nodiscard]] bool possible() const { return !partition.empty(); }

    static device::Report check(const fs::path& asked, Probe probe, bool children = true) {
        return wait_for(asked, {.check_device_interval = 50ms,
                                .check_device_max_retries = 2,
                                .check_device_probe = probe,
                                .check_device_children = children})
            .report;
    }

    static void expect(const fs::path& asked, State state, bool children = true) {
        for (const Probe probe : probes) {
            const device::Report report = check(asked, probe, children);
            BOOST_TEST(report.state == state, device::describe({.report = report}));
        }
    }

    static test::Child opened(const fs::path& path, int flags) {
        return test::Child([&] { return ::open(path.c_str(), flags | O_CLOEXEC) >= 0; });
    }

    /// @return where it is mounted.
    [[nodiscard]] fs::path mount(const fs::path& what) const {
        const fs::path point = scratch.path() / "mnt";
        fs::create_directory(point);
        const bool done = test::run_program("mke2fs -q -F " + what.string()) &&
                          ::mount(what.c_str(), point.c_str(), "ext2", 0, nullptr) == 0;
        BOOST_REQUIRE(done);
        return point;
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(relatives, Partitioned)

BOOST_AUTO_TEST_CASE(a_partition_is_busy_while_its_disk_is_open_for_writing_and_free_otherwise) {
    if (!possible()) return;
    expect(partition, State::free);
    for (const int flags : {O_RDWR, O_WRONLY}) {
        const test::Child writer = opened(disk.path(), flags);
        for (const Probe probe : probes) {
            const device::Report report = check(partition, probe);
            BOOST_TEST(report.state == State::busy, report.reason);
            BOOST_REQUIRE(report.holders.size() == 1U);
            BOOST_TEST(report.holders[0].pid == writer.pid());
            BOOST_TEST(report.holders[0].path == disk.path());
        }
    }
    const test::Child reader = opened(disk.path(), O_RDONLY);
    expect(partition, State::free);
    expect(disk.path(), State::busy);
}

BOOST_AUTO_TEST_CASE(a_partition_is_busy_while_its_disk_is_used_as_a_whole) {
    if (!possible()) return;
    {
        const test::LoopDisk above(disk.path(), 0);
        BOOST_REQUIRE(above.attached());
        for (const Probe probe : probes) {
            const device::Report report = check(partition, probe);
            BOOST_REQUIRE(report.claims.size() == 1U);
            BOOST_TEST(report.claims[0].kind == ClaimKind::loop);
            BOOST_TEST(report.claims[0].path == disk.path());
        }
    }
    const test::Child claimer = opened(disk.path(), O_RDONLY | O_EXCL);
    expect(partition, State::busy);
}

BOOST_AUTO_TEST_CASE(a_disk_without_its_partitions_is_free_while_they_are_in_use) {
    if (!possible()) return;
    {
        const test::Child holder = opened(partition, O_RDWR);
        expect(disk.path(), State::busy);
        expect(disk.path(), State::free, false);
    }
    const fs::path point = mount(partition);
    expect(disk.path(), State::busy);
    expect(disk.path(), State::free, false);
    ::umount(point.c_str());
    expect(disk.path(), State::free);
}

BOOST_AUTO_TEST_CASE(a_disk_without_its_partitions_is_busy_while_it_is_claimed_itself) {
    if (!possible()) return;
    {
        const test::Child claimer = opened(disk.path(), O_RDONLY | O_EXCL);
        expect(disk.path(), State::busy, false);
    }
    expect(disk.path(), State::free, false);
    const fs::path point = mount(disk.path());
    expect(disk.path(), State::busy, false);
    expect(partition, State::busy);
    ::umount(point.c_str());
}

// Which of them it is stays unknown: the kernel refuses both.
BOOST_AUTO_TEST_CASE(a_claim_of_the_disk_or_its_only_partition_out_of_sight_is_unknown) {
    if (!possible()) return;
    const fs::path point = scratch.path() / "elsewhere";
    fs::create_directory(point);
    BOOST_REQUIRE(test::run_program("mkfs.vfat " + partition.string()) ||
                  test::run_program("mke2fs -q -F " + partition.string()));
    const test::Child elsewhere([&] {
        return test::unshare_mounts() &&
               test::run_program("mount " + partition.string() + ' ' + point.string());
    });
    if (!elsewhere.prepared()) return;
    for (const Probe probe : probes) {
        BOOST_TEST(check(disk.path(), probe).state == State::busy);
        BOOST_TEST(check(partition, probe).state == State::busy);
        BOOST_TEST(check(disk.path(), probe, false).state != State::busy);
    }
}

BOOST_AUTO_TEST_CASE(a_directory_is_checked_as_itself_and_the_text_says_so) {
    const fs::path directory = scratch.path() / "directory";
    fs::create_directories(directory / "below");
    {
        const test::Child below([&] { return ::chdir((directory / "below").c_str()) == 0; });
        for (const Probe probe : probes) {
            const auto result = wait_for(directory, {.check_device_probe = probe});
            BOOST_TEST(result.report.state == State::free, result.report.reason);
            BOOST_TEST(device::describe(result).find(
                           "files below the directory were not inspected") != std::string::npos);
        }
    }
    const std::function<bool()> uses[] = {
        [&] { return ::open(directory.c_str(), O_RDONLY | O_CLOEXEC) >= 0; },
        [&] { return ::chdir(directory.c_str()) == 0; },
        [&] { return ::chroot(directory.c_str()) == 0; },
    };
    for (const auto& use : uses) {
        const test::Child holder(use);
        if (!holder.prepared()) continue;  // only root may chroot
        for (const Probe probe : probes) {
            const device::Report report = check(directory, probe);
            BOOST_TEST(report.state == State::busy, report.reason);
            BOOST_REQUIRE(!report.holders.empty());
            BOOST_TEST(report.holders[0].pid == holder.pid());
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
