// Devices on a file system whose server has died: nothing is held up by it, and nothing on it is
// called free.
#include <fcntl.h>
#include <sys/stat.h>

#include <csignal>
#include <list>

#include "program.hpp"
#include "support/child.hpp"
#include "support/hung_mount.hpp"

using namespace std::chrono_literals;

namespace {

struct Dead : test::Program {
    std::filesystem::path point = scratch.path() / "dead";
    test::HungMount hung{point};

    /// The names, each in the state that the kernel had it in when the server died.
    bool prepare() {
        if (!hung.mounted()) {
            BOOST_TEST_MESSAGE("skipped: no FUSE file system can be made here (needs root)");
            return false;
        }
        std::filesystem::create_symlink(point / "file", scratch.path() / "to file");
        std::filesystem::create_symlink(point, scratch.path() / "to mount");
        return hung.make_known("file", S_IFREG | 0600U) && hung.make_known("absent", 0);
    }

    /// A diskwait that hangs, and takes no signal, ends with 137.
    [[nodiscard]] std::string wait_for(const std::string& name, const std::string& flags,
                                       const std::string& command = "") const {
        return "timeout -s KILL 60 '" TEST_DISKWAIT "' --probe-timeout 2s " + flags + " '" +
               (scratch.path() / name).string() + "' " + command;
    }

    /// Each name with each of the flags.
    void expect(int exit_code, const std::vector<std::string>& places,
                const std::vector<std::string>& all_flags) const {
        std::vector<std::string> commands;
        for (const std::string& name : places) {
            for (const std::string& flags : all_flags) commands.push_back(wait_for(name, flags));
        }
        expect(exit_code, commands);
    }

    /// They wait together: most of it is for the dead server.
    static void expect(int exit_code, const std::vector<std::string>& commands) {
        const auto all = test::shells(commands);
        for (std::size_t i = 0; i < all.size(); ++i) {
            BOOST_TEST(all[i].exit_code == exit_code,
                       commands[i] << ": " << all[i].exit_code << ' ' << all[i].out << all[i].err);
        }
    }
};

const std::vector<std::string> names{"dead/file", "dead/absent", "dead/directory/unknown",
                                     "to file"};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(program_dead_file_system, Dead)

BOOST_AUTO_TEST_CASE(what_is_on_it_is_unknown_in_time) {
    if (!prepare()) return;
    expect(
        3, names,
        {"-t 300ms", "-t 300ms --wait-for-device", "-t 0 --probe-timeout 300ms --explain",
         "-n 2 -i 100ms --probe-timeout 300ms", "-t 300ms --probe procfs --quiet-period 50ms",
         "-t 300ms --no-early-wake", "-t 300ms --root-helper 'sudo -n'", "-t 300ms --probe lsof"});
}

BOOST_AUTO_TEST_CASE(a_mount_point_that_is_used_is_busy) {
    if (!prepare()) return;
    const test::Child holder([&] { return ::open(point.c_str(), O_PATH | O_CLOEXEC) >= 0; });
    BOOST_REQUIRE(holder.prepared());
    expect(1, {"dead", "to mount"},
           {"-n 1", "-n 1 --wait-for-device", "-t 0 --explain", "-n 2 -i 10ms --probe procfs"});
}

/// umount(8) would wait for the server, too. Each has a mount of its own, since it uses it for a
/// moment.
BOOST_AUTO_TEST_CASE(an_unused_mount_point_is_unknown) {
    if (!prepare()) return;
    std::list<test::HungMount> others;
    std::vector<std::string> commands{wait_for("to mount", "-t 0")};
    for (const std::string flags :
         {"-t 0", "-n 2 -i 10ms --wait-for-device", "-t 0 --explain", "-n 1 --quiet-period 50ms"}) {
        const std::string name = "dead " + std::to_string(others.size());
        BOOST_REQUIRE(others.emplace_back(scratch.path() / name).mounted());
        commands.push_back(wait_for(name, flags));
    }
    expect(3, commands);
}

BOOST_AUTO_TEST_CASE(a_signal_ends_the_wait) {
    if (!prepare()) return;
    const test::Child holder([&] { return ::open(point.c_str(), O_PATH | O_CLOEXEC) >= 0; });
    BOOST_REQUIRE(holder.prepared());
    for (const int signal : {SIGTERM, SIGINT}) {
        std::vector<std::string> commands;
        for (const std::string name : {"dead", "dead/file", "dead/absent"}) {
            commands.push_back("timeout --preserve-status -k 60 -s " + std::to_string(signal) +
                               " 0.5 '" TEST_DISKWAIT "' --probe-timeout 1h --wait-for-device '" +
                               (scratch.path() / name).string() + "'");
        }
        expect(128 + signal, commands);
    }
}

BOOST_AUTO_TEST_CASE(another_device_is_answered) {
    if (!prepare()) return;
    const auto ended =
        shell("timeout -s KILL 60 '" TEST_DISKWAIT "' --probe procfs --probe-timeout 1s -t 5s '" +
              file.string() + "' '" + (point / "file").string() + "'");
    BOOST_TEST(ended.exit_code == 3);
    // On a busy machine, too many processes may come and go to call it free.
    const std::string both = ended.out + ended.err;
    BOOST_TEST(both.find(file.string()) != std::string::npos, both);
    BOOST_TEST(both.find((point / "file").string() + ": state unknown") != std::string::npos, both);
}

BOOST_AUTO_TEST_CASE(a_command_that_names_it_holds_no_lock_up) {
    if (!prepare()) return;
    const auto all_names = {"disk", "dead/file"};
    std::vector<std::string> commands;
    for (const std::string name : all_names) {
        commands.push_back(
            wait_for(name, "--lock -n 1 --probe procfs --probe-timeout 500ms",
                     "-- sh -c 'exit 7; flock \"" + (point / "file").string() + "\" true'"));
    }
    const auto all = test::shells(commands);
    std::size_t i = 0;
    for (const std::string name : all_names) {
        const test::Ended& ended = all[i++];
        const bool is_free = ended.exit_code == 7 && name == "disk";
        BOOST_TEST((is_free || ended.exit_code == 3), name << ": " << ended.exit_code << ended.err);
    }
}

BOOST_AUTO_TEST_SUITE_END()
