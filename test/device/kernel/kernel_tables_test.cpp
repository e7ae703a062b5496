#include "device/kernel/kernel_tables.hpp"

#include <sys/sysmacros.h>

#include <boost/test/unit_test.hpp>
#include <vector>

#include "device/proc/mappings.hpp"

using namespace loopingcall::device::detail;

BOOST_AUTO_TEST_SUITE(kernel_tables)

BOOST_AUTO_TEST_CASE(mounts_are_read_with_their_device_point_and_source) {
    const auto mounts = parse_mountinfo(
        "36 35 98:0 /root /mnt\\040two rw,noatime master:1 shared:2 - ext3 /dev/root rw\n"
        "40 36 0:45 / /data rw - btrfs /dev/sdb1 rw,subvol=/\n");
    BOOST_REQUIRE(mounts.size() == 2U);
    BOOST_TEST(mounts[0].device == makedev(98, 0));
    BOOST_TEST(mounts[0].point == "/mnt two");
    BOOST_TEST(mounts[0].source == "/dev/root");
    BOOST_TEST(mounts[1].device == makedev(0, 45));
    BOOST_TEST(mounts[1].source == "/dev/sdb1");
    BOOST_TEST(mounts[1].type == "btrfs");
    BOOST_TEST(mounts[1].options == "rw,subvol=/");
}

BOOST_AUTO_TEST_CASE(lines_that_are_none_are_left_out) {
    BOOST_TEST(parse_mountinfo("").empty());
    BOOST_TEST(parse_mountinfo("\n\ngarbage\n36 35 98:0\n36 35 x:0 / /mnt rw - a b c\n").empty());
    BOOST_TEST(parse_mountinfo("36 35 98:0 / /mnt rw - ext3").empty());
    BOOST_TEST(parse_mountinfo("36 35 98:0 / - ext3 /dev/a rw").empty());
}

BOOST_AUTO_TEST_CASE(swaps_are_read_without_their_heading) {
    const auto swaps = parse_swaps(
        "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n"
        "/dev/sda2                               partition\t8388604\t\t0\t\t-2\n"
        "/swap\\040file file 1 0 -3\n");
    BOOST_REQUIRE(swaps.size() == 2U);
    BOOST_TEST(swaps[0].path == "/dev/sda2");
    BOOST_TEST(!swaps[0].is_file);
    BOOST_TEST(swaps[1].path == "/swap file");
    BOOST_TEST(swaps[1].is_file);
    BOOST_TEST(parse_swaps("").empty());
}

BOOST_AUTO_TEST_CASE(an_option_of_a_mount_is_found_by_its_whole_name) {
    const Mount mount{.options = "rw,nologdev=/x,logdev=/dev/a\\040b,rtdev=/dev/c,noquota"};
    BOOST_TEST(option_of(mount, "logdev").value() == "/dev/a b");
    BOOST_TEST(option_of(mount, "rtdev").value() == "/dev/c");
    BOOST_TEST(!option_of(mount, "dev").has_value());
    BOOST_TEST(!option_of(mount, "noquota").has_value());
    BOOST_TEST(!option_of({}, "logdev").has_value());
}

BOOST_AUTO_TEST_CASE(octal_escapes_are_read_and_others_left) {
    BOOST_TEST(unescape_octal("a\\040b\\134\\012") == "a b\\\n");
    BOOST_TEST(unescape_octal("\\04") == "\\04");
    BOOST_TEST(unescape_octal("\\089") == "\\089");
    BOOST_TEST(unescape_octal("\\") == "\\");
}

BOOST_AUTO_TEST_CASE(each_mapped_file_is_visited_once_by_the_name_of_its_link) {
    std::vector<std::string> links;
    std::vector<std::string> identities;
    for_each_mapped_file(
        "00400000-00452000 r-xp 00000000 08:02 173521      /usr/bin/dbus-daemon\n"
        "00651000-00652000 r--p 00051000 08:02 173521      /usr/bin/dbus-daemon\n"
        "7f0000000000-7f0000001000 rw-p 00000000 00:00 0 \n"
        "7f00a0000000-7f00a0001000 r--s 00000000 00:06 99 /dev/loop0\n"
        "7ffc00000000-7ffc00021000 rw-p 00000000 00:00 0                          [stack]\n"
        "cut",
        [&](const MappedFile& file) {
            links.push_back(file.link);
            identities.emplace_back(file.identity);
            BOOST_TEST(file.inode == (links.size() == 1 ? 173521U : 99U));
        });
    BOOST_TEST(identities == (std::vector<std::string>{"08:02 173521      /usr/bin/dbus-daemon",
                                                       "00:06 99 /dev/loop0"}),
               boost::test_tools::per_element());
    BOOST_TEST(links == (std::vector<std::string>{"400000-452000", "7f00a0000000-7f00a0001000"}),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()
