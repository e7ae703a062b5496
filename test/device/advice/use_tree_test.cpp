// The tree of uses, of machines that have what this one has not.
#include "device/advice/use_tree.hpp"

#include <sys/sysmacros.h>

#include <boost/test/unit_test.hpp>
#include <fstream>

#include "device/advice/advice.hpp"
#include "support/scratch.hpp"

using namespace loopingcall::device;
using namespace loopingcall::device::detail;
namespace fs = std::filesystem;

namespace {

/// A disk sda; on sda1 a RAID, on sda2 an encrypted volume group with a volume that is mounted and
/// one that is swapped to.
struct Machine {
    test::Scratch scratch = {};
    fs::path sys = scratch.path() / "sys";
    fs::path proc = scratch.path() / "proc";
    KernelView view{.sysfs = sys, .proc = proc, .genuine = false};
    LoopCache loops = {};

    Machine() {
        add("sda", "8:0", "devices/sda");
        put(add("sda1", "8:1", "devices/sda/sda1") / "partition", "1");
        put(add("sda2", "8:2", "devices/sda/sda2") / "partition", "2");
        put(add("md0", "9:0", "devices/md0") / "md" / "array_name", "host:0");
        made("dm-0", "253:0", "luks", "CRYPT-LUKS2-1234-luks");
        made("dm-1", "253:1", "my--data-root", "LVM-1234");
        hold("sda/sda1", "md0");
        hold("sda/sda2", "dm-0");
        hold("dm-0", "dm-1");
        fs::create_directories(sys / "block");
        put(proc / "swaps", "Filename\n");
        put(proc / "self" / "mountinfo",
            "1 0 253:1 / /srv rw - ext4 /dev/mapper/x rw\n"
            "2 0 0:40 / /srv/in\\040ner rw - tmpfs none rw\n"
            "3 0 0:41 / /srv/in\\040ner/most rw - tmpfs none rw\n"
            "4 0 0:42 / /srvice rw - tmpfs none rw\n");
    }

    fs::path add(const std::string& name, const std::string& number, const std::string& place) {
        const fs::path directory = sys / place;
        put(directory / "dev", number);
        fs::create_directories(directory / "holders");
        link(directory, sys / "dev" / "block" / number);
        link(directory, sys / "class" / "block" / name);
        return directory;
    }
    void made(const std::string& kernel, const std::string& number, const std::string& name,
              const std::string& uuid) {
        const fs::path directory = add(kernel, number, "devices/" + kernel);
        put(directory / "dm" / "name", name);
        put(directory / "dm" / "uuid", uuid);
    }
    void hold(const std::string& device, const std::string& holder) {
        link(sys / "devices" / holder, sys / "devices" / device / "holders" / holder);
    }
    static void put(const fs::path& file, const std::string& text) {
        fs::create_directories(file.parent_path());
        std::ofstream(file) << text << '\n';
    }
    static void link(const fs::path& target, const fs::path& name) {
        fs::create_directories(name.parent_path());
        fs::create_directory_symlink(target, name);
    }

    Use read(const char* path, unsigned high, unsigned low, const Report& report = {}) {
        return read_use_tree({.path = path, .is_block_device = true, .number = makedev(high, low)},
                             report, {}, loops, view);
    }

    static std::string in_words(const Use& use) {
        std::string text = std::string(to_string(use.kind)) + ' ' + use.name;
        if (!use.maker.empty()) text += ' ' + use.maker + ' ' + use.detail;
        if (use.uses.empty()) return text;
        const char* separator = "[";
        for (const Use& one : use.uses) {
            text += separator + in_words(one);
            separator = ", ";
        }
        return text + ']';
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(use_tree, Machine)

BOOST_AUTO_TEST_CASE(a_disk_shows_what_is_built_on_its_partitions_and_mounted_from_it) {
    BOOST_TEST(in_words(read("/dev/sda", 8, 0)) ==
               "device /dev/sda[partition /dev/sda1[stacked /dev/md0 md host:0], "
               "partition /dev/sda2[stacked /dev/dm-0 crypt luks[stacked /dev/dm-1 lvm "
               "my--data-root[mount /srv[mount /srv/in ner[mount /srv/in ner/most]]]]]]");
}

BOOST_AUTO_TEST_CASE(a_partition_is_shown_below_its_disk_without_its_sisters) {
    BOOST_TEST(in_words(read("/dev/sda1", 8, 1)) ==
               "device /dev/sda[partition /dev/sda1[stacked /dev/md0 md host:0]]");
}

BOOST_AUTO_TEST_CASE(step_by_step_the_advice_takes_all_apart) {
    Report report{.device = "/dev/sda2", .state = State::busy};
    const auto advice = [&] {
        report.tree = {read("/dev/sda2", 8, 2)};
        return advise(report);
    };
    BOOST_TEST(advice() == "umount '/srv/in ner/most'");
    put(proc / "self" / "mountinfo", "1 0 253:1 / /srv rw - ext4 /dev/mapper/x rw\n");
    BOOST_TEST(advice() == "umount /srv");
    put(proc / "self" / "mountinfo", "4 0 0:42 / /srvice rw - tmpfs none rw\n");
    BOOST_TEST(advice() == "vgchange -an my-data");
    fs::remove(sys / "devices/dm-0/holders/dm-1");
    BOOST_TEST(advice() == "cryptsetup close luks");
    report.tree = {read("/dev/sda1", 8, 1)};
    BOOST_TEST(advise(report) == "mdadm --stop /dev/md0");
}

BOOST_AUTO_TEST_CASE(devices_that_hold_each_other_are_shown_once) {
    hold("dm-1", "dm-0");
    const std::string tree = in_words(read("/dev/sda2", 8, 2));
    BOOST_TEST(tree.size() < 400U);
}

BOOST_AUTO_TEST_CASE(thousands_of_mounts_below_each_other_cost_little) {
    std::string table = "1 0 253:1 / /srv rw - ext4 /dev/mapper/x rw\n";
    std::string point = "/srv";
    for (int i = 0; i < 1000; ++i) {
        point += "/a";
        table += "2 0 0:40 / " + point + " rw - tmpfs none rw\n";
    }
    put(proc / "self" / "mountinfo", table);
    const Use tree = read("/dev/sda2", 8, 2);
    std::size_t depth = 0;
    for (const Use* use = &tree; !use->uses.empty(); use = &use->uses.front()) ++depth;
    BOOST_TEST(depth < 40U);
}

BOOST_AUTO_TEST_CASE(what_only_the_report_shows_is_added_where_it_belongs) {
    const Report report{.holders = {{.pid = 7, .command = "dd", .path = "/dev/sda1"},
                                    {.pid = 8, .command = "cat", .path = "/elsewhere"}},
                        .claims = {{ClaimKind::mount, "/srv", "/dev/sda2"},
                                   {ClaimKind::holder, "md0 (host:0)", "/dev/sda1"},
                                   {ClaimKind::mount, "/new", "/dev/sda1"},
                                   {ClaimKind::exclusive, "", "/dev/sda"},
                                   {ClaimKind::lock, "sfdisk 9", "/dev/sda"}}};
    BOOST_TEST(in_words(read("/dev/sda", 8, 0, report)) ==
               "device /dev/sda[partition /dev/sda1[stacked /dev/md0 md host:0, process dd, "
               "mount /new], partition /dev/sda2[stacked /dev/dm-0 crypt luks[stacked /dev/dm-1 "
               "lvm my--data-root[mount /srv[mount /srv/in ner[mount /srv/in ner/most]]]]], "
               "process cat, lock lock]");
}

BOOST_AUTO_TEST_SUITE_END()
