#include "locking_command.hpp"

#include <boost/test/unit_test.hpp>

#include "program.hpp"
#include "shell_words.hpp"

using diskwait::CommandContext;
using Words = std::vector<std::string>;

namespace {

std::string find(const Words& command, const std::string& variable = {}) {
    CommandContext context;
    if (!variable.empty()) context.environment["LOCK_BLOCK_DEVICE"] = variable;
    context.is_locked = [](const std::string& path) { return path == "/dev/sda"; };
    return diskwait::find_locking_command(command, context);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(locking_command)

BOOST_AUTO_TEST_CASE(a_command_that_settles_or_locks_is_found) {
    const std::pair<Words, const char*> table[] = {
        {{"udevadm", "settle"}, "udevadm settle"},
        {{"/usr/bin/udevadm", "--debug", "settle", "-t", "3"}, "udevadm settle"},
        {{"udevadm", "lock", "-d", "/dev/sda", "true"}, "udevadm lock"},
        {{"udevadm", "wait", "/dev/sda1"}, "udevadm wait"},
        {{"udevadm", "trigger", "--settle"}, "udevadm trigger --settle"},
        {{"sfdisk", "--lock=yes", "/dev/sda"}, "sfdisk --lock=yes"},
        {{"wipefs", "--lock", "/dev/sda"}, "wipefs --lock"},
        {{"mkswap", "--lock=nonblock", "/dev/sda"}, "mkswap --lock=nonblock"},
        {{"parted", "-s", "/dev/sda", "print"}, "parted"},
        {{"/sbin/parted", "/dev/sda"}, "parted"},
        {{"partprobe"}, "partprobe"},
        {{"flock", "/dev/sda", "true"}, "flock /dev/sda"},
        {{"flock", "-w", "3", "/dev/sda", "true"}, "flock /dev/sda"},
        {{"flock", "/run/x", "parted"}, "parted"},
        {{"flock", "/run/x", "-c", "udevadm settle"}, "udevadm settle"},
        {{"diskwait", "--lock", "/dev/sda", "--", "true"}, "diskwait --lock"},
        {{"diskwait", "/dev/sda", "--", "parted"}, "parted"},
        {{"env", "udevadm", "settle"}, "udevadm settle"},
        {{"env", "-i", "-u", "X", "A=b", "udevadm", "settle"}, "udevadm settle"},
        {{"env", "-S", "udevadm settle"}, "udevadm settle"},
        {{"env", "LOCK_BLOCK_DEVICE=1", "sfdisk", "/dev/sda"}, "LOCK_BLOCK_DEVICE=1 sfdisk"},
        {{"sudo", "-u", "root", "-n", "--", "udevadm", "settle"}, "udevadm settle"},
        {{"sudo", "LOCK_BLOCK_DEVICE=yes", "fdisk"}, "LOCK_BLOCK_DEVICE=yes fdisk"},
        {{"nice", "-n", "5", "timeout", "-k", "1", "60", "parted"}, "parted"},
        {{"taskset", "0x1", "ionice", "-c", "3", "partprobe"}, "partprobe"},
        {{"sh", "-c", "mkfs.ext4 /dev/sda && udevadm settle"}, "udevadm settle"},
        {{"bash", "-ec", "if true; then parted -s /dev/sda; fi"}, "parted"},
        {{"sh", "-c", "LOCK_BLOCK_DEVICE=1 sfdisk /dev/sda"}, "LOCK_BLOCK_DEVICE=1 sfdisk"},
        {{"sh", "-c", "x=\"$(udevadm settle)\""}, "udevadm settle"},
        {{"/usr/bin/env", "/bin/sh", "-c", "exec /sbin/parted"}, "parted"},
        {{"env", "-C", "/", "udevadm", "settle"}, "udevadm settle"},
        {{"env", "--chdir=/", "udevadm", "settle"}, "udevadm settle"},
        {{"nice", "udevadm", "settle"}, "udevadm settle"},
        {{"nice", "-5", "udevadm", "settle"}, "udevadm settle"},
        {{"nice", "--adjustment=5", "udevadm", "settle"}, "udevadm settle"},
        {{"sudo", "-E", "/usr/sbin/parted"}, "parted"},
        {{"sudo", "--user=root", "sh", "-c", "parted"}, "parted"},
        {{"timeout", "5s", "parted"}, "parted"},
        {{"timeout", "--signal=KILL", "--foreground", "5", "parted"}, "parted"},
        {{"flock", "-x", "-n", "/run/x", "sfdisk", "--lock=yes"}, "sfdisk --lock=yes"},
        {{"flock", "/run/x", "/bin/sh", "-c", "udevadm lock -d /dev/sda true"}, "udevadm lock"},
        {{"sh", "-xec", "nice -n 5 timeout 3 sudo env parted"}, "parted"},
        {{"sh", "-c", "(cd / && udevadm settle)"}, "udevadm settle"},
        {{"sh", "-c", "sleep 1 & udevadm settle"}, "udevadm settle"},
        {{"sh", "-c", "a | parted"}, "parted"},
        {{"sh", "-c", "x\nudevadm settle"}, "udevadm settle"},
        {{"sh", "-c", "! udevadm settle || exec parted"}, "udevadm settle"},
        {{"sh", "-c", "for i in 1 2; do udevadm settle; done"}, "udevadm settle"},
        {{"sh", "-c", "eval udevadm settle"}, "udevadm settle"},
        {{"nohup", "sh", "-c", "sudo 'parted' /dev/sda"}, "parted"},
    };
    for (const auto& [command, found] : table) BOOST_TEST(find(command) == found);
    BOOST_TEST(find({"sfdisk", "/dev/sda"}, "yes") == "LOCK_BLOCK_DEVICE=yes sfdisk");
}

BOOST_AUTO_TEST_CASE(other_commands_are_not) {
    for (const Words& command :
         std::vector<Words>{{},
                            {"true"},
                            {"mkfs.ext4", "/dev/sda"},
                            {"udevadm", "info", "/dev/sda"},
                            {"udevadm", "trigger"},
                            {"udevadm"},
                            {"sfdisk", "/dev/sda"},
                            {"sfdisk", "--lock=no", "/dev/sda"},
                            {"env", "echo", "parted"},
                            {"sh", "-c", "echo udevadm settle"},
                            {"sh", "-c", "mkfs.ext4 -L 'parted; udevadm settle' /dev/sda"},
                            {"sh", "-c", "true # ; udevadm settle"},
                            {"sh", "script"},
                            {"flock", "/run/lock/x", "true"},
                            {"diskwait", "/dev/sda"},
                            {"env"},
                            {"sudo", "-u"}}) {
        BOOST_TEST(find(command) == "");
    }
    BOOST_TEST(find({"sfdisk", "/dev/sda"}, "0") == "");
    BOOST_TEST(find({"sfdisk", "--lock=no", "/dev/sda"}, "1") == "");
    BOOST_TEST(find({"env", "-i", "sfdisk", "/dev/sda"}, "1") == "");
}

BOOST_FIXTURE_TEST_CASE(it_is_refused_with_a_sentence_unless_forced, test::Program) {
    const auto refused =
        diskwait({"--lock", file.string(), "--", "env", "/usr/bin/udevadm", "settle"});
    BOOST_TEST(refused.exit_code == 2);
    BOOST_TEST(refused.err.find("COMMAND runs \"udevadm settle\"") != std::string::npos);
    BOOST_TEST(refused.err.find("--lock=force") != std::string::npos);
    const auto forced =
        diskwait({"--lock=force", file.string(), "--", "sh", "-c", "exit 5 # parted"});
    BOOST_TEST(forced.exit_code == 5);
    const auto without = diskwait({"--lock", file.string()});
    BOOST_TEST(without.exit_code == 2);
    BOOST_TEST(without.err.find("no COMMAND is given") != std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(the_status_of_the_command_is_returned, test::Program) {
    BOOST_TEST(diskwait({"-q", "--lock", file.string(), "--", "true"}).exit_code == 0);
    BOOST_TEST(
        diskwait({"-q", "--lock", file.string(), "--", "sh", "-c", "kill -9 $$"}).exit_code ==
        128 + 9);
    BOOST_TEST(diskwait({"-q", "--lock", file.string(), "--", "/no/such"}).exit_code == 127);
    BOOST_TEST(diskwait({"-q", "--lock", file.string(), "--", "/"}).exit_code == 126);
}

BOOST_FIXTURE_TEST_CASE(a_signal_is_passed_on, test::Program) {
    const auto mark = (scratch.path() / "ready").string();
    const auto ended =
        shell("'" TEST_DISKWAIT "' -q --lock '" + file.string() +
              "' -- sh -c 'trap \"exit 9\" USR1; : >" + mark +
              "; while :; do sleep 0.01; done' & child=$!; until [ -e " + mark +
              " ]; do kill -0 $child || exit 99; done; kill -USR1 $child; wait $child");
    BOOST_TEST(ended.exit_code == 9);
}

BOOST_AUTO_TEST_SUITE_END()
