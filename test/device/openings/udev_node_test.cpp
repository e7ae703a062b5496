#include "device/openings/udev_node.hpp"

#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <boost/test/unit_test.hpp>
#include <string>

#include "device/openings/disk_locks.hpp"
#include "support/scratch.hpp"

using namespace loopingcall::device::detail;
using loopingcall::device::Seen;
using Path = std::filesystem::path;

namespace {

/// Directories in place of /run/udev, /proc and /dev. Files stand for nodes.
struct OtherDev {
    test::Scratch scratch;
    UdevPlaces places{.run = made("run"),
                      .sysfs = scratch.path() / "sys",
                      .proc = made("proc/self").parent_path(),
                      .dev = made("dev")};
    Path node = scratch.file("dev/sda");

    Path made(const Path& name) const {
        std::filesystem::create_directories(scratch.path() / name);
        return scratch.path() / name;
    }
    void start_udevd() const { (void)scratch.file("run/control"); }

    void mount_of_the_node(const std::string& type) const {
        struct stat status {};
        BOOST_REQUIRE(::stat(node.c_str(), &status) == 0);
        const std::string number =
            std::to_string(major(status.st_dev)) + ':' + std::to_string(minor(status.st_dev));
        (void)scratch.file("proc/self/mountinfo",
                           "24 27 " + number + " / /dev rw - " + type + ' ' + type + " rw\n");
    }
    /// @param dev  what the process has for /dev; empty if its root cannot be seen.
    void process(int pid, const std::string& name, const Path& dev) const {
        const std::string directory = "proc/" + std::to_string(pid);
        (void)made(directory);
        (void)scratch.file(directory + "/comm", name + '\n');
        if (dev.empty()) return;
        std::filesystem::create_directory_symlink(dev.parent_path(),
                                                  scratch.path() / directory / "root");
    }
    [[nodiscard]] bool is_of_udevd() const { return problem_with_node(node, places).empty(); }
};

struct Row {
    const char* name;
    NodeFacts facts;
    bool expected;
};

constexpr Row rows[] = {
    {"no udevd, a tmpfs", {}, true},
    {"no udevd, the kernel's /dev", {.on_devtmpfs = true}, true},
    {"a host, or a container or a chroot with the host's nodes",
     {.udevd_runs = true, .on_devtmpfs = true},
     true},
    {"udevd in the same /dev of an initramfs or a container",
     {.udevd_runs = true, .seen_by_udevd = true},
     true},
    {"udevd is seen with another node", {.udevd_runs = true, .seen_by_udevd = false}, false},
    {"udevd in another PID namespace, and a tmpfs", {.udevd_runs = true}, false},
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(udev_node, OtherDev)

BOOST_AUTO_TEST_CASE(a_node_is_that_of_udevd_if_it_is_the_kernels_or_udevd_is_seen_with_it) {
    for (const Row& row : rows) {
        BOOST_TEST(is_node_of_udevd(row.facts) == row.expected, row.name);
    }
}

BOOST_AUTO_TEST_CASE(without_a_udevd_any_node_will_do) {
    mount_of_the_node("tmpfs");
    BOOST_TEST(is_of_udevd());
}

BOOST_AUTO_TEST_CASE(a_node_on_a_devtmpfs_is_that_of_udevd) {
    start_udevd();
    mount_of_the_node("devtmpfs");
    BOOST_TEST(is_of_udevd());
}

BOOST_AUTO_TEST_CASE(a_node_on_a_tmpfs_is_that_of_a_udevd_which_has_the_same) {
    start_udevd();
    mount_of_the_node("tmpfs");
    BOOST_TEST(!is_of_udevd());
    process(7, "systemd-udevd", {});
    process(8, "bash", places.dev);
    BOOST_TEST(!is_of_udevd());
    process(9, "systemd-udevd", places.dev);
    BOOST_TEST(is_of_udevd());
    (void)made("host/dev");
    process(10, "udevd", scratch.path() / "host/dev");
    BOOST_TEST(is_of_udevd());  // this one does not know the disk
    (void)scratch.file("host/dev/sda");
    BOOST_TEST(!is_of_udevd());
    BOOST_TEST(problem_with_node(node, places) ==
               node.string() +
                   " is not the node that systemd-udevd locks, which uses another /dev; mount that "
                   "one here, or exclude udev by check_device_udev = false");
}

BOOST_AUTO_TEST_CASE(a_lock_elsewhere_is_not_inspected_and_not_ours) {
    start_udevd();
    mount_of_the_node("tmpfs");
    const DiskLocks locks = find_disk_locks(node.string(), places);
    BOOST_TEST(!locks.elsewhere.empty());
    BOOST_TEST(!locks.ours);
    BOOST_TEST((lock_answer({.elsewhere = "why"}, node).seen == Seen::not_inspected));
    BOOST_TEST((lock_answer({}, node).seen == Seen::nobody));
    // A process that locks this node is in the way nevertheless.
    BOOST_TEST(
        (lock_answer({.others = {{.pid = 5}}, .elsewhere = "why"}, node).seen == Seen::somebody));
}

BOOST_AUTO_TEST_SUITE_END()
