// The users of the file system on a block device: named with each probe, wherever it is mounted,
// and whatever part of it the device is. Needs root.
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include <algorithm>
#include <memory>

#include "device/waiting.hpp"
#include "support/child.hpp"
#include "support/loop_disk.hpp"

namespace device = loopingcall::device;
namespace fs = std::filesystem;
using device::Probe;
using device::State;
using namespace std::chrono_literals;

namespace {

constexpr Probe probes[] = {Probe::fuser, Probe::lsof, Probe::procfs};

struct TwoDisks : test::Waiting {
    TwoDisks() { fs::create_directory(point); }
    ~TwoDisks() { ::umount2(point.c_str(), MNT_DETACH); }

    [[nodiscard]] bool mounts(const std::string& make, const std::string& options) const {
        return disk.attached() && other.attached() && test::run_program(make) &&
               test::run_program("mount " + options + ' ' + disk.path().string() + ' ' +
                                 point.string());
    }
    [[nodiscard]] std::string name() const { return disk.path().string(); }
    [[nodiscard]] std::string name_of_other() const { return other.path().string(); }

    /// The text of one check of a device, which is busy.
    static std::string busy(const fs::path& path, Probe probe, pid_t holder) {
        const auto result =
            wait_for(path, {.check_device_max_retries = 1, .check_device_probe = probe});
        BOOST_TEST(result.report.state == State::busy, result.report.reason);
        const auto is_it = [&](const device::Holder& one) { return one.pid == holder; };
        const auto& holders = result.report.holders;
        BOOST_TEST(std::any_of(holders.begin(), holders.end(), is_it), describe(result));
        return describe(result);
    }

    fs::path point = scratch.path() / "mnt";
    test::LoopDisk disk{scratch.file("a.img"), 400};
    test::LoopDisk other{scratch.file("b.img"), 400};
};

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(file_system_users, TwoDisks)

BOOST_AUTO_TEST_CASE(are_named_for_each_part_of_a_compound) {
    struct Compound {
        std::string make;
        std::string options;
        std::string part;
    };
    const Compound compounds[] = {
        {"mkfs.btrfs -qf -d raid1 -m raid1 " + name() + ' ' + name_of_other(), "",
         "device 2 of the btrfs on "},
        {"sh -c 'mke2fs -qF -O journal_dev -b 4096 " + name_of_other() +
             " && mkfs.ext4 -qF -b 4096 -J device=" + name_of_other() + ' ' + name() + "'",
         "", "journal of " + name() + " on "},
        {"mkfs.xfs -qf -l logdev=" + name_of_other() + ",size=64m " + name(),
         "-o logdev=" + name_of_other(), "log of " + name() + " on "}};
    for (const Compound& compound : compounds) {
        test::run_program("wipefs -qaf " + name() + ' ' + name_of_other());
        if (!mounts(compound.make, compound.options)) {
            BOOST_TEST_MESSAGE("skipped: " << compound.make);
            continue;
        }
        test::Child child([&] { return ::chdir(point.c_str()) == 0; });
        for (const Probe probe : probes) {
            BOOST_TEST_CONTEXT(compound.part << ", asked " << to_string(probe)) {
                const std::string text = busy(name_of_other(), probe, child.pid());
                BOOST_TEST(contains(text, compound.part + point.string()), text);
            }
        }
        child.let_go();
        BOOST_TEST(::umount2(point.c_str(), 0) == 0);
    }
}

BOOST_AUTO_TEST_CASE(are_named_when_it_is_unmounted_lazily) {
    for (const std::string make : {"mkfs.ext4 -qF ", "mkfs.xfs -qf ", "mkfs.btrfs -qf "}) {
        if (!mounts(make + name(), "")) {
            BOOST_TEST_MESSAGE("skipped: " << make);
            continue;
        }
        BOOST_TEST_CONTEXT(make) {
            test::Child child([&] { return ::chdir(point.c_str()) == 0; });
            ::umount2(point.c_str(), MNT_DETACH);
            const std::string text = busy(name(), Probe::procfs, child.pid());
            BOOST_TEST(!contains(text, "exclusively"), text);
        }
        BOOST_TEST(wait_for(name(), {.check_device_interval = 10ms}).report.state == State::free);
    }
}

BOOST_AUTO_TEST_CASE(are_named_with_the_mount_namespace_that_they_are_in) {
    for (const std::string make : {"mkfs.ext4 -qF ", "mkfs.btrfs -qf "}) {
        if (!disk.attached() || !test::run_program(make + name())) {
            BOOST_TEST_MESSAGE("skipped: " << make);
            continue;
        }
        const char* const type = make.find("btrfs") == std::string::npos ? "ext4" : "btrfs";
        test::Child child([&] {
            return test::unshare_mounts() &&
                   ::mount(disk.path().c_str(), point.c_str(), type, 0, nullptr) == 0 &&
                   ::chdir(point.c_str()) == 0;
        });
        BOOST_TEST_CONTEXT(make) {
            const std::string text = busy(name(), Probe::procfs, child.pid());
            BOOST_TEST(
                contains(text, "mounted on " + point.string() + " in the mount namespace of " +
                                   std::to_string(child.pid())),
                text);
        }
        child.let_go();
        BOOST_TEST(wait_for(name(), {.check_device_interval = 10ms}).report.state == State::free);
    }
}

BOOST_AUTO_TEST_SUITE_END()
