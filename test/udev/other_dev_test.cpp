// diskwait with another /dev than that of a real systemd-udevd, as in a container.
#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

#include "support/child.hpp"
#include "support/loop_disk.hpp"
#include "support/run_program.hpp"
#include "support/scratch.hpp"
#include "support/udevd.hpp"

namespace {

/// How /mnt becomes the /dev of a mount namespace; $disk is the disk.
constexpr const char* the_same = "mount --bind /dev /mnt";
constexpr const char* own_nodes =
    "mount -t tmpfs none /mnt && cp -a /dev/loop* /dev/null /dev/zero /mnt/";
constexpr const char* single_node =
    "mount -t tmpfs none /mnt && cp -a /dev/loop* /dev/null /dev/zero /mnt/ && "
    "mount --bind \"$disk\" /mnt/${disk##*/}";

struct OtherDev {
    test::Scratch scratch;
    test::LoopDisk disk{scratch.file("disk"), 8};

    [[nodiscard]] test::Ended wait(const std::string& dev, std::vector<std::string> options) const {
        std::vector<std::string> argv{"/usr/bin/env",
                                      "disk=" + disk.path().string(),
                                      "/usr/bin/unshare",
                                      "-m",
                                      "/bin/sh",
                                      "-c",
                                      dev + " && mount --move /mnt /dev && exec \"$@\"",
                                      "sh",
                                      TEST_DISKWAIT,
                                      "--probe",
                                      "procfs",
                                      "-n",
                                      "1",
                                      "-v",
                                      disk.path().string()};
        argv.insert(argv.end(), options.begin(), options.end());
        return test::run(argv);
    }
};

const std::vector<std::string> locking{"--lock", "--", "/bin/echo", "has run"};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(other_dev, OtherDev)

BOOST_AUTO_TEST_CASE(without_udevd_a_lock_in_any_dev_is_one) {
    if (!disk.attached()) return;
    for (const auto* const dev : {the_same, own_nodes, single_node}) {
        const auto ended = wait(dev, locking);
        BOOST_TEST(ended.exit_code == 0, dev << ": " << ended.err);
        BOOST_TEST(ended.out == "has run\n");
    }
}

BOOST_AUTO_TEST_CASE(beside_udevd_only_a_lock_on_its_node_is_one) {
    const test::Udevd udevd("0.01");
    if (!disk.attached() || !udevd.running()) return;
    for (const auto* const dev : {the_same, single_node}) {
        const auto ended = wait(dev, locking);
        BOOST_TEST(ended.exit_code == 0, dev << ": " << ended.err);
        BOOST_TEST(ended.out == "has run\n");
    }
    const auto locked = wait(own_nodes, locking);
    BOOST_TEST(locked.exit_code == 3, locked.err);
    BOOST_TEST(locked.out.find("has run") == std::string::npos);
    BOOST_TEST((locked.out + locked.err).find("would not keep systemd-udevd away") !=
               std::string::npos);
}

BOOST_AUTO_TEST_CASE(beside_udevd_the_lock_is_not_inspected_on_another_node) {
    const test::Udevd udevd("0.01");
    if (!disk.attached() || !udevd.running()) return;
    const auto waited = wait(own_nodes, {});
    BOOST_TEST(waited.exit_code == 3, waited.err);
    BOOST_TEST(waited.err.find("  lock: not inspected, " + disk.path().string() +
                               " is not the node that systemd-udevd locks") != std::string::npos,
               waited.err);
    const auto without_udev = wait(own_nodes, {"--no-udev"});
    BOOST_TEST(without_udev.exit_code == 0, without_udev.err);
}

BOOST_AUTO_TEST_SUITE_END()
