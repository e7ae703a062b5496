// A loop device is opened only if nothing else shows what is behind it, since a program that waits
// for it sees the opening.
#include "device/claims/loop_devices.hpp"

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>

#include "device/openings/openings.hpp"
#include "device/openings/survey.hpp"
#include "device/waiting.hpp"
#include "support/child.hpp"
#include "support/loop_disk.hpp"

using namespace loopingcall::device;
using namespace loopingcall::device::detail;

namespace {

std::uint64_t sequence_of(const test::LoopDisk& disk) {
    const auto file = "/sys/block/" + disk.path().filename().string() + "/diskseq";
    return std::strtoull(test::read_file(file).c_str(), nullptr, 10);
}

Seen seen(const Survey& survey, Source source) {
    for (const Answer& answer : survey.answers) {
        if (answer.source == source) return answer.seen;
    }
    return Seen::not_inspected;
}

struct Loops : test::Waiting {
    std::unique_ptr<test::LoopDisk> disk =
        std::make_unique<test::LoopDisk>(scratch.file("behind"), 4);
    std::uint64_t sequence = disk->attached() ? sequence_of(*disk) : 0;
    std::filesystem::path alone = scratch.file("alone");

    /// Where loop devices are not counted, nothing is remembered of them.
    [[nodiscard]] bool skipped() const { return sequence == 0; }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(loop_devices, Loops)

BOOST_AUTO_TEST_CASE(a_file_that_is_open_nowhere_needs_no_opening_of_loop_devices) {
    if (skipped()) return;
    LoopCache loops;
    const Survey survey = survey_device(alone, {}, loops);
    BOOST_TEST((seen(survey, Source::loop_devices) == Seen::nobody));
    BOOST_TEST(!loops.find(sequence));
}

BOOST_AUTO_TEST_CASE(loop_devices_are_opened_for_their_file_if_the_file_is_open) {
    if (skipped()) return;
    const test::Child holder([&] { return ::open(alone.c_str(), O_RDONLY | O_CLOEXEC) >= 0; });
    LoopCache loops;
    const Survey survey = survey_device(alone, {}, loops);
    BOOST_TEST((seen(survey, Source::loop_devices) == Seen::nobody));
    BOOST_TEST(loops.find(sequence).has_value());
    BOOST_TEST((seen(survey_device(scratch.path() / "behind", {}, loops), Source::loop_devices) ==
                Seen::somebody));
}

BOOST_AUTO_TEST_CASE(a_node_with_the_number_of_another_is_not_opened_and_makes_none) {
    if (skipped()) return;
    const std::string made = "/sys/block/loop1048575";
    const test::Child child([&] {
        const bool is_replaced =
            test::unshare_mounts() && ::mount("none", "/dev", "tmpfs", 0, nullptr) == 0 &&
            ::mknod(disk->path().c_str(), S_IFBLK | 0600, makedev(7, 1048575)) == 0;
        LoopCache loops;
        const LoopTable table = read_loop_devices(KernelView{}, loops, [] { return false; });
        const auto found =
            std::find_if(table.devices.begin(), table.devices.end(),
                         [&](const LoopDevice& one) { return one.node == disk->path(); });
        return is_replaced && found != table.devices.end() && !found->problem.empty();
    });
    BOOST_TEST(child.prepared());
    BOOST_TEST(!std::filesystem::exists(made));
}

BOOST_AUTO_TEST_CASE(a_directory_needs_no_opening_of_loop_devices) {
    if (skipped()) return;
    LoopCache loops;
    (void)survey_device(scratch.path(), {}, loops);
    BOOST_TEST(!loops.find(sequence));
}

BOOST_AUTO_TEST_CASE(each_loop_device_is_opened_once_per_process_and_forgotten_when_detached) {
    if (skipped()) return;
    const test::LoopDisk asked(scratch.file("asked"), 4);
    BOOST_REQUIRE(asked.attached());
    const WaitOptions once{.check_device_max_retries = 1, .check_device_probe = Probe::procfs};
    (void)wait_for(asked.path(), once);
    BOOST_TEST(LoopCache::of_this_process()->find(sequence).has_value());
    disk.reset();
    // Another program may have it open for a moment, and then it is detached after that.
    int more = 50;
    while (LoopCache::of_this_process()->find(sequence) && more-- > 0) {
        (void)wait_for(asked.path(), once);
    }
    BOOST_TEST(more > 0);
}

BOOST_AUTO_TEST_CASE(a_write_lease_shows_whether_a_file_is_open_anywhere) {
    const Identity identity = *identify_device(alone).identity;
    BOOST_TEST(is_open_nowhere(identity));
    {
        const test::Child holder([&] { return ::open(alone.c_str(), O_RDONLY | O_CLOEXEC) >= 0; });
        BOOST_TEST(!is_open_nowhere(identity));
    }
    BOOST_TEST(is_open_nowhere(identity));
    Identity other = identity;
    ++other.inode;
    BOOST_TEST(!is_open_nowhere(other));
}

BOOST_AUTO_TEST_SUITE_END()
