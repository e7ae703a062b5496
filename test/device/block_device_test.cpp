// The kernel's tree of block devices, as it is on machines that have what this one has not.
#include "device/block_device.hpp"

#include <sys/sysmacros.h>

#include <boost/test/unit_test.hpp>
#include <fstream>

#include "device/claims.hpp"
#include "support/scratch.hpp"

using namespace loopingcall::device::detail;
using loopingcall::device::Claim;
using loopingcall::device::ClaimKind;
namespace fs = std::filesystem;

namespace {

/// A disk sda with two partitions; on the second a volume group, on that one an encrypted volume;
/// on the first a RAID.
struct Machine {
    test::Scratch scratch = {};
    fs::path sys = scratch.path() / "sys";
    fs::path proc = scratch.path() / "proc";
    KernelView view{sys, proc};

    Machine() {
        const fs::path disk = add("sda", "8:0", "devices/sda");
        add("sda1", "8:1", "devices/sda/sda1");
        add("sda2", "8:2", "devices/sda/sda2");
        put(disk / "sda1" / "partition", "1");
        put(disk / "sda2" / "partition", "2");
        fs::create_directories(disk / "queue");
        put(add("dm-0", "253:0", "devices/dm-0") / "dm" / "name", "vg-root");
        put(add("dm-1", "253:1", "devices/dm-1") / "dm" / "name", "luks");
        put(add("md0", "9:0", "devices/md0") / "md" / "array_name", "host:0");
        hold("sda/sda2", "dm-0");
        hold("dm-0", "dm-1");
        hold("sda/sda1", "md0");
        put(add("cciss!c0d0", "104:0", "devices/cciss!c0d0") / "removable", "0");
        put(proc / "swaps", "Filename\n");
        put(proc / "self" / "mountinfo",
            "1 0 253:1 / /srv rw - ext4 /dev/mapper/luks rw\n2 0 8:2 / /no rw - ext4 x rw\n");
    }

    fs::path add(const std::string& name, const std::string& number, const std::string& place) {
        const fs::path directory = sys / place;
        put(directory / "dev", number);
        link(directory, sys / "dev" / "block" / number);
        link(directory, sys / "class" / "block" / name);
        return directory;
    }

    void hold(const std::string& device, const std::string& holder) {
        link(sys / "devices" / holder, sys / "devices" / device / "holders" / holder);
    }

    [[nodiscard]] std::vector<Claim> claims_of(const std::vector<Identity>& parts) const {
        std::vector<Claim> all;
        for (const Answer& answer : find_claims(parts, view)) {
            all.insert(all.end(), answer.claims.begin(), answer.claims.end());
        }
        return all;
    }

    static void put(const fs::path& file, const std::string& text) {
        fs::create_directories(file.parent_path());
        std::ofstream(file) << text << '\n';
    }

    static void link(const fs::path& target, const fs::path& name) {
        fs::create_directories(name.parent_path());
        fs::create_directory_symlink(target, name);
    }

    static Identity part(const char* path, unsigned high, unsigned low) {
        return {.path = path, .is_block_device = true, .number = makedev(high, low)};
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(block_device, Machine)

BOOST_AUTO_TEST_CASE(a_disk_has_its_partitions_and_they_have_their_disk) {
    const auto partitions = partitions_of(makedev(8, 0), sys);
    BOOST_REQUIRE(partitions.size() == 2U);
    BOOST_TEST(partitions[0].node == "/dev/sda1");
    BOOST_TEST(partitions[1].number == makedev(8, 2));
    BOOST_TEST(partitions_of(makedev(8, 1), sys).empty());
    BOOST_TEST(partitions_of(makedev(99, 0), sys).empty());
    BOOST_TEST(whole_disk_of(makedev(8, 2), sys).node == "/dev/sda");
    BOOST_TEST(whole_disk_of(makedev(8, 0), sys).node == "/dev/sda");
    BOOST_TEST(whole_disk_of(makedev(104, 0), sys).node == "/dev/cciss/c0d0");
}

BOOST_AUTO_TEST_CASE(what_is_made_of_a_partition_is_found_to_the_end_with_its_names) {
    const auto holders = holders_of(makedev(8, 2), sys);
    BOOST_REQUIRE(holders.size() == 2U);
    BOOST_TEST(full_name(holders[0], sys) == "dm-0 (vg-root)");
    BOOST_TEST(full_name(holders[1], sys) == "dm-1 (luks)");
    BOOST_TEST(full_name(holders_of(makedev(8, 1), sys).at(0), sys) == "md0 (host:0)");
}

BOOST_AUTO_TEST_CASE(claims_name_holders_their_mounts_and_the_part_that_is_claimed) {
    const auto claims =
        claims_of({part("/dev/sda", 8, 0), part("/dev/sda1", 8, 1), part("/dev/sda2", 8, 2)});
    const std::vector<Claim> expected{
        {ClaimKind::mount, "/no", "/dev/sda2"},
        {ClaimKind::mount, "/srv", "/dev/sda2"},
        {ClaimKind::holder, "md0 (host:0)", "/dev/sda1"},
        {ClaimKind::holder, "dm-0 (vg-root)", "/dev/sda2"},
        {ClaimKind::holder, "dm-1 (luks)", "/dev/sda2"},
    };
    BOOST_TEST((claims == expected));
    BOOST_TEST(to_string(claims.at(3)) == "held by dm-0 (vg-root)");
    BOOST_TEST(claims_of({part("/dev/cciss/c0d0", 104, 0)}).empty());
}

BOOST_AUTO_TEST_CASE(devices_that_hold_each_other_do_not_make_it_go_round) {
    hold("dm-1", "dm-0");
    BOOST_TEST(holders_of(makedev(8, 2), sys).size() == 2U);
}

BOOST_AUTO_TEST_SUITE_END()
