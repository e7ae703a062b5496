// A device that is locked by an ancestor of this program, as `flock` and `udevadm lock` do.
#include <fcntl.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <iostream>

#include "device/waiting.hpp"
#include "support/child.hpp"
#include "support/forked.hpp"
#include "support/loop_disk.hpp"

namespace asio = boost::asio;
namespace device = loopingcall::device;
using device::Probe;
using device::State;
using Path = std::filesystem::path;

namespace {

constexpr Probe probes[] = {Probe::fuser, Probe::lsof, Probe::procfs};

int opened(const Path& path) { return ::open(path.c_str(), O_RDWR | O_CLOEXEC); }

/// Asks for the state; to be used in a forked child.
/// @return as the exit status of diskwait; 10 if it is free without a reason for that.
int ask(const Path& disk, Probe probe) {
    asio::io_context context;
    int status = 11;
    device::async_wait_until_free(
        context.get_executor(), {disk},
        {.check_device_max_retries = 1, .check_device_probe = probe},
        [&](std::exception_ptr, const std::vector<device::WaitResult>& results) {
            const device::Report& report = results.at(0).report;
            const bool told =
                std::any_of(report.evidence.begin(), report.evidence.end(), [](const auto& one) {
                    return one.source == "descriptors" &&
                           one.detail.find("holds its lock for this program") != std::string::npos;
                });
            status = report.state == State::busy ? 1 : report.state == State::unknown ? 3 : 0;
            if (status == 0 && !told) status = 10;
            if (status != 0) std::cout << describe(results.at(0)) << std::endl;
        });
    context.run();
    return status;
}

int in_a_child(const std::function<int()>& work) {
    const pid_t child = ::fork();
    if (child == 0) ::_exit(work());
    int status = 0;
    ::waitpid(child, &status, 0);
    return WEXITSTATUS(status);
}

struct Row {
    const char* name;
    /// Done by the parent of the program.
    std::function<bool(const Path&)> hold;
    int expected;
};

bool lock(int file, int how) { return file >= 0 && ::flock(file, how) == 0; }

bool lock_by_posix(int file) {
    struct flock whole {};
    whole.l_type = F_WRLCK;
    return ::fcntl(file, F_SETLK, &whole) == 0;
}

/// As `exec 9<>DEVICE; flock 9` does: the process that took the lock has ended.
bool lock_by_a_child(int file) {
    return in_a_child([&] { return lock(file, LOCK_EX) ? 0 : 1; }) == 0;
}

const Row rows[] = {
    {"by a lock alone", [](const Path& disk) { return lock(opened(disk), LOCK_EX); }, 0},
    {"by a shared lock alone", [](const Path& disk) { return lock(opened(disk), LOCK_SH); }, 0},
    {"by a lock that its child took",
     [](const Path& disk) { return lock_by_a_child(opened(disk)); }, 0},
    {"by a lock, twice",
     [](const Path& disk) {
         const int first = opened(disk);
         return lock(first, LOCK_EX) && ::fcntl(first, F_DUPFD_CLOEXEC, 0) >= 0;
     },
     0},
    {"without a lock", [](const Path& disk) { return opened(disk) >= 0; }, 1},
    {"by a POSIX lock", [](const Path& disk) { return lock_by_posix(opened(disk)); }, 1},
    {"by a lock, and open once more",
     [](const Path& disk) { return lock(opened(disk), LOCK_EX) && opened(disk) >= 0; }, 1},
    {"by a lock that was given back",
     [](const Path& disk) {
         const int file = opened(disk);
         return lock(file, LOCK_EX) && lock(file, LOCK_UN);
     },
     1},
};

struct LockOfOurs : test::Waiting {
    test::LoopDisk disk{file, 8};
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(lock_of_ours, LockOfOurs)

BOOST_AUTO_TEST_CASE(an_ancestor_that_holds_only_a_lock_does_not_count_as_a_holder) {
    if (!disk.attached()) {
        BOOST_TEST_MESSAGE("skipped: no loop device here (needs root)");
        return;
    }
    for (const Row& row : rows) {
        for (const Probe probe : probes) {
            BOOST_TEST_CONTEXT(row.name << ", asked " << to_string(probe)) {
                const int by_the_parent = test::in_forked_child([&] {
                    if (!row.hold(disk.path())) return 20;
                    return in_a_child([&] { return ask(disk.path(), probe); });
                });
                BOOST_TEST(by_the_parent == row.expected);
                if (probe != Probe::procfs) continue;
                const int by_its_parent = test::in_forked_child([&] {
                    if (!row.hold(disk.path())) return 20;
                    return in_a_child([&] {
                        ::close_range(3, ~0U, 0);
                        return in_a_child([&] { return ask(disk.path(), probe); });
                    });
                });
                BOOST_TEST(by_its_parent == row.expected);
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(the_lock_of_an_unrelated_process_does_not_make_the_device_free) {
    if (!disk.attached()) return;
    const test::Child sibling([&] { return lock(opened(disk.path()), LOCK_EX); });
    BOOST_REQUIRE(sibling.prepared());
    for (const Probe probe : probes) BOOST_TEST(ask(disk.path(), probe) == 1);
}

BOOST_AUTO_TEST_SUITE_END()
