// The kernel's tree of block devices, as it is on machines that have what this one has not.
#include "device/kernel/block_device.hpp"

#include <sys/sysmacros.h>

#include <boost/test/unit_test.hpp>
#include <chrono>
#include <fstream>
#include <thread>

#include "device/claims/claims.hpp"
#include "support/scratch.hpp"

using namespace loopingcall::device::detail;
using loopingcall::device::Claim;
using loopingcall::device::ClaimKind;
using loopingcall::device::Seen;
namespace fs = std::filesystem;

namespace {

/// A disk sda with two partitions; on the second a volume group, on that one an encrypted volume;
/// on the first a RAID.
struct Machine {
    test::Scratch scratch = {};
    fs::path sys = scratch.path() / "sys";
    fs::path proc = scratch.path() / "proc";
    KernelView view{.sysfs = sys, .proc = proc, .genuine = false};

    Machine() {
        const fs::path disk = add("sda", "8:0", "devices/sda");
        add("sda1", "8:1", "devices/sda/sda1");
        add("sda2", "8:2", "devices/sda/sda2");
        put(disk / "sda1" / "partition", "1");
        put(disk / "sda2" / "partition", "2");
        for (const char* const holders :
             {"sda/holders", "sda/sda1/holders", "sda/sda2/holders", "dm-0/holders", "dm-1/holders",
              "md0/holders", "cciss!c0d0/holders"}) {
            fs::create_directories(sys / "devices" / holders);
        }
        fs::create_directories(sys / "block");
        fs::create_directories(proc / "fs");
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
        for (const Identity& one : parts) {
            for (const Answer& answer : ask(one)) {
                BOOST_TEST((answer.seen != Seen::not_inspected), answer.why);
                all.insert(all.end(), answer.claims.begin(), answer.claims.end());
            }
        }
        return all;
    }

    [[nodiscard]] std::vector<Answer> ask(const Identity& one) const {
        LoopCache loops;
        std::vector<Unplaced> unplaced;
        UsedFileSystem used;
        return KernelTables(view, loops, [] { return false; }).ask(one, unplaced, used);
    }

    /// Whether the source answers that it could not be inspected.
    [[nodiscard]] bool is_hidden(Source source, const Identity& one) const {
        for (const Answer& answer : ask(one)) {
            if (answer.source == source) return answer.seen == Seen::not_inspected;
        }
        return false;
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
        {ClaimKind::holder, "md0 (host:0)", "/dev/sda1"},
        {ClaimKind::mount, "/no", "/dev/sda2"},
        {ClaimKind::mount, "/srv", "/dev/sda2"},
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

BOOST_AUTO_TEST_CASE(a_table_that_is_not_shown_does_not_count_as_empty) {
    const Identity disk = part("/dev/sda", 8, 0);
    for (const Source source : {Source::mounts, Source::swaps, Source::stacked_devices,
                                Source::loop_devices, Source::file_systems}) {
        BOOST_TEST(!is_hidden(source, disk));
    }
    fs::rename(sys / "block", sys / "away");
    BOOST_TEST(is_hidden(Source::loop_devices, disk));
    BOOST_TEST(is_hidden(Source::file_systems, disk));
    fs::rename(sys / "away", sys / "block");
    fs::rename(sys / "devices/sda/holders", sys / "devices/sda/away");
    BOOST_TEST(is_hidden(Source::stacked_devices, disk));
    fs::rename(proc / "fs", proc / "away");
    BOOST_TEST(is_hidden(Source::file_systems, disk));
    put(proc / "self" / "mountinfo", "");
    fs::resize_file(proc / "self" / "mountinfo", 0);
    BOOST_TEST(is_hidden(Source::mounts, disk));
    fs::resize_file(proc / "swaps", 0);
    BOOST_TEST(is_hidden(Source::swaps, disk));
}

BOOST_AUTO_TEST_CASE(a_device_that_comes_has_its_holders_a_moment_later) {
    fs::rename(sys / "devices/sda/holders", sys / "devices/sda/away");
    std::thread kernel([&] {
        std::this_thread::sleep_for(std::chrono::milliseconds{3});
        fs::rename(sys / "devices/sda/away", sys / "devices/sda/holders");
    });
    BOOST_TEST(!is_hidden(Source::stacked_devices, part("/dev/sda", 8, 0)));
    kernel.join();
}

BOOST_AUTO_TEST_CASE(a_device_that_goes_is_not_waited_for) {
    fs::rename(sys / "dev/block/8:0", sys / "away");
    BOOST_TEST(is_hidden(Source::stacked_devices, part("/dev/sda", 8, 0)));
}

// A kernel that has no swap; and a /proc of processes alone (subset=pid).
BOOST_AUTO_TEST_CASE(a_missing_table_of_swaps_counts_as_empty_only_if_other_tables_are_there) {
    fs::remove(proc / "swaps");
    BOOST_TEST(is_hidden(Source::swaps, part("/dev/sda", 8, 0)));
    put(proc / "uptime", "1");
    BOOST_TEST(!is_hidden(Source::swaps, part("/dev/sda", 8, 0)));
}

// /sys of the host, and a container's own file systems over it.
BOOST_AUTO_TEST_CASE(other_file_systems_in_place_of_the_kernels_are_not_believed) {
    view.genuine = true;
    for (const Answer& answer : ask(part("/dev/sda", 8, 0))) {
        const bool from_tables = answer.source != Source::stacked_devices;
        if (from_tables) BOOST_TEST((answer.seen == Seen::not_inspected));
    }
}

BOOST_AUTO_TEST_CASE(each_member_of_a_btrfs_is_claimed_with_its_mount_point) {
    link(sys / "devices/sda/sda1", sys / "fs/btrfs/1234-abcd/devices/sda1");
    BOOST_TEST((claims_of({part("/dev/sda1", 8, 1)}).back() ==
                Claim{ClaimKind::holder, "btrfs 1234-abcd", "/dev/sda1"}));
    BOOST_TEST(claims_of({part("/dev/cciss/c0d0", 104, 0)}).empty());
}

BOOST_AUTO_TEST_CASE(an_external_journal_is_claimed_by_the_file_system_whose_thread_writes_it) {
    const fs::path journal = proc / "fs/jbd2/sda1";
    fs::create_directories(journal);
    fs::create_directories(proc / "fs/jbd2/sda2-8");
    BOOST_TEST((claims_of({part("/dev/sda1", 8, 1)}).back() ==
                Claim{ClaimKind::holder, "", "/dev/sda1", "journal of an ext4"}));
    put(sys / "fs/ext4/sda2/journal_task", "77");
    put(proc / "77/comm", "jbd2/sda1");
    BOOST_TEST((claims_of({part("/dev/sda1", 8, 1)}).back() ==
                Claim{ClaimKind::mount, "/no", "/dev/sda1", "journal of /dev/sda2"}));
}

BOOST_AUTO_TEST_CASE(numbers_are_decoded_as_the_kernel_encodes_them) {
    BOOST_TEST(decode_kernel_number(0x700) == makedev(7, 0));
    BOOST_TEST(decode_kernel_number(0x1003ff) == makedev(3, 0x1ff));
    BOOST_TEST(decode_kernel_number(0xfffffffff) == makedev(0xfff, 0xfffff));
    BOOST_TEST(decode_kernel_number(0) == dev_t{0});
}

BOOST_AUTO_TEST_SUITE_END()
