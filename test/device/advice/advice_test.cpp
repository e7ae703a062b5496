// What to do about each kind of obstacle, and how names stand in a command.
#include "device/advice/advice.hpp"

#include <boost/test/unit_test.hpp>
#include <fstream>

#include "device/advice/device_use.hpp"
#include "device/advice/shell_quote.hpp"
#include "support/run_program.hpp"
#include "support/scratch.hpp"

using namespace loopingcall::device;
namespace detail = loopingcall::device::detail;
namespace fs = std::filesystem;

namespace {

struct Row {
    const char* obstacle;
    Use use;
    const char* remedy;
};

Use stacked(std::string name, std::string detail, std::string maker) {
    return {.kind = UseKind::stacked,
            .name = std::move(name),
            .detail = std::move(detail),
            .maker = std::move(maker)};
}

Use managed(std::string unit, std::string container) {
    return {
        .kind = UseKind::process,
        .name = "x",
        .process = Holder{
            .pid = 9, .command = "x", .unit = std::move(unit), .container = std::move(container)}};
}

Use process(pid_t pid, std::string name) {
    return {.kind = UseKind::process,
            .name = name,
            .process = Holder{.pid = pid, .command = std::move(name)}};
}

const std::vector<Row> rows{
    {"a mount", {.kind = UseKind::mount, .name = "/mnt"}, "umount /mnt"},
    {"a mount with a blank", {.kind = UseKind::mount, .name = "/m nt"}, "umount '/m nt'"},
    {"a mount in another namespace",
     {.kind = UseKind::mount, .name = "/mnt", .seen_by = 7},
     "nsenter -t 7 -m umount /mnt"},
    {"the running system",
     {.kind = UseKind::mount, .name = "/"},
     "the running system is on it (mounted on /); use another disk"},
    {"the root of a container",
     {.kind = UseKind::mount, .name = "/", .seen_by = 7},
     "nsenter -t 7 -m umount /"},
    {"a hostile mount in another namespace",
     {.kind = UseKind::mount, .name = "/a\n", .seen_by = 7},
     "x=\"$(printf %b '/a\\0012.')\"; nsenter -t 7 -m umount \"${x%.}\""},
    {"a file system that is mounted nowhere",
     {.kind = UseKind::mount, .detail = "the ext4 on it is mounted nowhere"},
     "look for a process that keeps the file system: in another mount namespace, with an io_uring, "
     "or with files in flight through a socket"},
    {"what uses a mount point unseen",
     {.kind = UseKind::unseen, .name = "the kernel would refuse to unmount it", .detail = "hidden"},
     "look for what keeps it in use: a bound socket (ss -xl), exportfs -v, an io_uring, files in "
     "flight through a socket"},
    {"a process that has ended", process(99, ""), "run diskwait again: process 99 has ended"},
    {"swap", {.kind = UseKind::swap, .name = "/dev/sdb2"}, "swapoff /dev/sdb2"},
    {"a loop device", {.kind = UseKind::loop, .name = "/dev/loop3"}, "losetup -d /dev/loop3"},
    {"LVM", stacked("/dev/dm-0", "data-root", "lvm"), "vgchange -an data"},
    {"LVM with hyphens", stacked("/dev/dm-0", "my--data-root--fs", "lvm"), "vgchange -an my-data"},
    {"a crypt device", stacked("/dev/dm-1", "luks", "crypt"), "cryptsetup close luks"},
    {"a multipath device", stacked("/dev/dm-1", "mpatha", "multipath"), "multipath -f mpatha"},
    {"a verity device", stacked("/dev/dm-1", "root", "verity"), "veritysetup close root"},
    {"another dm device", stacked("/dev/dm-2", "-x", "dm"), "dmsetup remove -- -x"},
    {"md", stacked("/dev/md0", "host:0", "md"), "mdadm --stop /dev/md0"},
    {"bcache", stacked("/dev/bcache0", "", "bcache"), "echo 1 > /sys/block/bcache0/bcache/stop"},
    {"a process", process(123, "cat"), "kill 123  # cat"},
    {"a process with a hostile name", process(123, "$(reboot)\n;"), "kill 123  # __reboot___"},
    {"a process of a service", managed("ceph-osd@3.service", ""), "systemctl stop ceph-osd@3"},
    {"a service with an escaped name", managed("a\\x2db.service", ""), "systemctl stop 'a\\x2db'"},
    {"a process of a session", managed("session-3.scope", ""), "kill 9  # x"},
    {"a user's service manager", managed("user@1000.service", ""), "kill 9  # x"},
    {"a unit of a user", managed("user@1000.service/sshd.service", ""), "kill 9  # x"},
    {"a process in a docker container", managed("", "docker 4f5a1b2c3d4e"),
     "docker stop 4f5a1b2c3d4e"},
    {"a process in a podman container", managed("", "podman 4f5a1b2c3d4e"),
     "podman stop 4f5a1b2c3d4e"},
    {"a process in an lxc container", managed("", "lxc we b"), "lxc-stop -n 'we b'"},
    {"a process in a machine", managed("", "machine web"), "machinectl stop web"},
    {"a process in another container", managed("", "kubernetes 4f5a1b2c3d4e"), "kill 9  # x"},
    {"a worker of udev", process(9, "(udev-worker)"), "udevadm settle"},
    {"the first process", process(1, "init"),
     "it is used by process 1, which runs the system; use another disk"},
    {"udev", {.kind = UseKind::udev, .name = "udev"}, "udevadm settle"},
    {"a udevd that is silent",
     {.kind = UseKind::udev, .name = "udev", .detail = "systemd-udevd has not answered yet"},
     "udevadm control --ping --timeout=10 || systemctl restart systemd-udevd"},
    {"the lock of udev", {.kind = UseKind::lock, .detail = "(udev-worker) 512"}, "udevadm settle"},
    {"the lock of another",
     {.kind = UseKind::lock, .detail = "sfdisk 512"},
     "kill 512  # sfdisk, which locks the disk"},
    {"the lock of an unknown process",
     {.kind = UseKind::lock, .detail = "another process"},
     "wait until the lock of the disk is released"},
    {"a disk", {.kind = UseKind::device, .name = "/dev/sda"}, ""},
    {"a partition", {.kind = UseKind::partition, .name = "/dev/sda1"}, ""},
    {"a file", {.kind = UseKind::file, .name = "/disk"}, ""},
};

const char* const hostile_names[] = {"/mnt",
                                     "/a b",
                                     "/a'b",
                                     "/a\"b",
                                     "/$(rm -rf x)",
                                     "/`id`",
                                     "/a\nb",
                                     "/a\n",
                                     "/\n\n",
                                     "-rf",
                                     "--help",
                                     "/a;b&c|d>e",
                                     "/a\\b",
                                     "/a\\n",
                                     "/*?[x]",
                                     "/~",
                                     "~",
                                     "#x",
                                     "/a!b",
                                     "/%s%n",
                                     "/\x1b[2J",
                                     "/\x7f",
                                     "/\n%s\\045'x",
                                     "/\x01\x31\n",
                                     "-\n",
                                     "/caf\xC3\xA9",
                                     "/\xE2\x80\xAEgpj",
                                     "/\xff\xfe",
                                     "/'\n$(x)'",
                                     ""};

}  // namespace

BOOST_AUTO_TEST_SUITE(advice)

BOOST_AUTO_TEST_CASE(each_kind_of_obstacle_has_its_remedy) {
    for (const Row& row : rows) BOOST_TEST(detail::remedy_for(row.use) == row.remedy, row.obstacle);
}

BOOST_AUTO_TEST_CASE(a_name_means_itself_to_a_shell_and_is_on_one_line) {
    for (const std::string name : hostile_names) {
        const std::string command = detail::command_on("printf '%s|'", name);
        const auto ended = test::shell(command);
        const std::string dashes = name.starts_with('-') ? "--|" : "";
        BOOST_TEST(ended.out == dashes + name + '|', command);
        for (const char character : command) {
            BOOST_TEST((static_cast<unsigned char>(character) >= 0x20 && character != 0x7f));
        }
    }
}

BOOST_AUTO_TEST_CASE(what_is_on_top_goes_first) {
    Use mount{.kind = UseKind::mount, .name = "/mnt"};
    Use crypt = stacked("/dev/dm-1", "luks", "crypt");
    Use lvm = stacked("/dev/dm-0", "data-root", "lvm");
    Use disk{.kind = UseKind::device, .name = "/dev/sda"};
    mount.uses = {process(7, "sh")};
    crypt.uses = {mount};
    lvm.uses = {crypt};
    disk.uses = {{.kind = UseKind::partition, .name = "/dev/sda1", .uses = {lvm}},
                 process(8, "dd")};
    const auto advice = [&] { return detail::first_remedy(disk); };
    Use* on_top = &disk.uses[0].uses[0].uses[0].uses[0];
    BOOST_TEST(advice() == "kill 7  # sh");
    on_top->uses.clear();
    BOOST_TEST(advice() == "umount /mnt");
    disk.uses[0].uses[0].uses[0].uses.clear();
    BOOST_TEST(advice() == "cryptsetup close luks");
    disk.uses[0].uses[0].uses.clear();
    BOOST_TEST(advice() == "vgchange -an data");
    disk.uses[0].uses.clear();
    BOOST_TEST(advice() == "kill 8  # dd");
    disk.uses.clear();
    BOOST_TEST(advice() == "");
}

BOOST_AUTO_TEST_CASE(a_loop_device_that_is_the_target_is_not_taken_apart) {
    const Use root{.kind = UseKind::loop, .name = "/dev/loop0"};
    BOOST_TEST(detail::first_remedy(root) == "");
}

BOOST_AUTO_TEST_CASE(without_a_tree_the_claims_and_holders_give_it) {
    Report report{.device = "/dev/sda", .state = State::busy};
    report.claims = {{ClaimKind::holder, "dm-0 (vg-root)", "/dev/sda1"},
                     {ClaimKind::holder, "dm-1 (luks)", "/dev/sda1"},
                     {ClaimKind::mount, "/mnt", "/dev/sda1"},
                     {ClaimKind::mount, "/mnt/inner", "/dev/sda1"}};
    report.holders = {{.pid = 7, .command = "cat"}};
    BOOST_TEST(advise(report) == "kill 7  # cat");
    report.holders.clear();
    BOOST_TEST(advise(report) == "umount /mnt/inner");
    report.claims.resize(2);
    BOOST_TEST(advise(report) == "dmsetup remove luks");
    report.claims = {{ClaimKind::holder, "md127 (host:0)", "/dev/sda1"}};
    BOOST_TEST(advise(report) == "mdadm --stop /dev/md127");
    report.claims = {{ClaimKind::swap, "/dev/sda2", "/dev/sda2"}};
    BOOST_TEST(advise(report) == "swapoff /dev/sda2");
    report.claims = {{ClaimKind::exclusive, "", "/dev/sda2"}};
    BOOST_TEST(advise(report).find("dmsetup ls") != std::string::npos);
    report.claims.clear();
    BOOST_TEST(advise(report).find("--explain") != std::string::npos);
    report.state = State::free;
    BOOST_TEST(advise(report) == "");
}

BOOST_AUTO_TEST_CASE(an_unknown_state_has_advice_by_its_reason) {
    const std::pair<const char*, const char*> reasons[] = {
        {"opening /dev/sda failed: Operation not permitted; allow the device in the cgroup of this "
         "process",
         "allow the device in the cgroup of this process"},
        {"no such device", "--wait-for-device"},
        {"3 processes could not be inspected and may hold the device; run as root or set "
         "root_helper",
         "run as root or set root_helper"},
        {"cannot start fuser: not found; install psmisc", "install psmisc"},
        {"fuser was killed by signal 9", "--probe procfs"},
        {"fuser: timed out", "--probe-timeout"},
        {"scanning /proc took longer than check_device_probe_timeout (10 ms)", "--probe-timeout"},
        {"the time ran out before the first check was over", "--timeout"},
        {"opening /dev/sda failed: Permission denied", "run as root or set root_helper"},
        {"another device has taken its name during the wait", "--wait-for-device"},
        {"processes came and went faster than they could be inspected", "again"},
        {"it was removed during the wait", "--wait-for-device"},
        {"it was unmounted while it was waited for", "--wait-for-device"},
        {"another file system was mounted there while it was waited for", "--wait-for-device"},
        {"Too many levels of symbolic links", "check the name"},
        {"/proc: Too many open files", "ulimit -n"},
        {"File name too long", "check the name"},
        {"Not a directory", "check the name"},
        {"Invalid argument", "check the name"},
        {"cannot start fuser: open /dev/null: No such file or directory", "--probe procfs"},
        {"lsof: can't fopen(/proc/mounts): No such file or directory", "--probe procfs"},
        {"/proc does not show this process: mount the one of its PID namespace",
         "mount -t proc proc /proc"},
        {"/proc/9/fd is hidden by something mounted over it; unmount that", "umount /proc/9/fd"},
        {"Resource temporarily unavailable", "ulimit -u"},
        {"the kernel shows no block device 7:999", "check the name"},
        {"Transport endpoint is not connected", "unmount its file system"},
        {"something new", "--verbose"},
    };
    for (const auto& [reason, part] : reasons) {
        const std::string advice = advise({.state = State::unknown, .reason = reason});
        BOOST_TEST(advice.find(part) != std::string::npos, reason << " => " << advice);
    }
}

BOOST_AUTO_TEST_CASE(a_hidden_use_is_advised_about_by_the_rights_of_this_process) {
    Report report{.device = "/disk", .state = State::busy};
    report.claims = {{ClaimKind::hidden, "", "/disk"}};
    report.evidence = {
        {"descriptors", Seen::not_inspected,
         "9 processes could not be inspected and may hold the device; run as root or "
         "set root_helper"}};
    BOOST_TEST(advise(report) == "run as root or set root_helper");
    report.evidence.front().detail = "process 9 (x): it has an io_uring; if it does not use it, go";
    BOOST_TEST(advise(report).find("exportfs") != std::string::npos);
    report.evidence.clear();
    BOOST_TEST(advise(report).find("exportfs") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_maker_of_a_device_is_known_by_what_sysfs_shows) {
    BOOST_TEST(detail::maker_of("dm-0", "LVM-abc") == "lvm");
    BOOST_TEST(detail::maker_of("dm-0", "CRYPT-LUKS2-x") == "crypt");
    BOOST_TEST(detail::maker_of("dm-0", "CRYPT-VERITY-x") == "verity");
    BOOST_TEST(detail::maker_of("dm-0", "mpath-x") == "multipath");
    BOOST_TEST(detail::maker_of("dm-0", "") == "dm");
    BOOST_TEST(detail::maker_of("md127", "") == "md");
    BOOST_TEST(detail::maker_of("bcache0", "") == "bcache");
    BOOST_TEST(detail::maker_of("sda", "") == "");
}

BOOST_AUTO_TEST_SUITE_END()
