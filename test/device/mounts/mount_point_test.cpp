// A mount point: busy as long as umount would be refused, whatever uses it, and in whatever way;
// free when it would not be. Needs root.
#include <fcntl.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/swap.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <fstream>
#include <functional>
#include <memory>
#include <thread>

#include "device/mounts/mounted.hpp"
#include "device/mounts/umount_question.hpp"
#include "device/waiting.hpp"
#include "support/child.hpp"
#include "support/loop_disk.hpp"

namespace device = loopingcall::device;
namespace fs = std::filesystem;
using device::ClaimKind;
using device::State;
using test::Mounted;
using namespace std::chrono_literals;

namespace {

bool opens(const fs::path& path, int flags) { return ::open(path.c_str(), flags | O_CLOEXEC) >= 0; }

bool is_in_thread(const fs::path& directory) {
    static std::atomic<int> done = 0;
    std::thread([directory] {
        done = ::unshare(CLONE_FS) == 0 && ::chdir(directory.c_str()) == 0 ? 1 : 2;
        for (;;) ::pause();
    }).detach();
    while (done == 0) continue;
    return done == 1;
}

bool binds_socket(const fs::path& name) {
    const int bound = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    name.native().copy(address.sun_path, sizeof address.sun_path - 1);
    return ::bind(bound, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

bool maps(const fs::path& file) {
    const int opened = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
    const void* const mapped = ::mmap(nullptr, 4096, PROT_READ, MAP_SHARED, opened, 0);
    return ::close(opened) == 0 && mapped != MAP_FAILED;
}

struct Row {
    const char* name;
    std::function<bool(const fs::path& point)> use;  // in a child
    bool is_busy = true;
    bool is_seen = true;  // the child, as a holder
    bool shared = false;
};

const Row rows[] = {
    {"a file is open", [](const fs::path& at) { return opens(at / "file", O_RDONLY); }},
    {"a directory is open", [](const fs::path& at) { return opens(at / "directory", O_RDONLY); }},
    {"open with O_PATH", [](const fs::path& at) { return opens(at, O_PATH); }},
    {"a deleted file is open",
     [](const fs::path& at) {
         return opens(at / "gone", O_RDWR | O_CREAT) && ::unlink((at / "gone").c_str()) == 0;
     }},
    {"a working directory",
     [](const fs::path& at) { return ::chdir((at / "directory").c_str()) == 0; }},
    {"a working directory that is deleted",
     [](const fs::path& at) {
         return ::chdir((at / "directory").c_str()) == 0 &&
                ::rmdir((at / "directory").c_str()) == 0;
     }},
    {"a root directory", [](const fs::path& at) { return ::chroot(at.c_str()) == 0; }},
    {"a mapping", [](const fs::path& at) { return maps(at / "file"); }},
    {"a thread with a working directory of its own", is_in_thread},
    {"a bound socket",
     [](const fs::path& at) {
         return ::chdir(at.c_str()) == 0 && binds_socket("s") && ::chdir("/") == 0;
     },
     true, false},
    {"a private copy in another mount namespace",
     [](const fs::path& at) { return test::unshare_mounts() && ::chdir(at.c_str()) == 0; }, false},
    {"a private copy of a shared mount",
     [](const fs::path& at) { return test::unshare_mounts() && ::chdir(at.c_str()) == 0; }, false,
     false, true},
    {"a slave copy in another mount namespace",
     [](const fs::path& at) {
         return ::unshare(CLONE_NEWNS) == 0 &&
                ::mount(nullptr, "/", nullptr, MS_REC | MS_SLAVE, nullptr) == 0 &&
                ::chdir(at.c_str()) == 0;
     },
     true, true, true},
    {"a peer copy in another mount namespace",
     [](const fs::path& at) { return ::unshare(CLONE_NEWNS) == 0 && ::chdir(at.c_str()) == 0; },
     true, true, true},
    {"a root directory in a private copy",
     [](const fs::path& at) { return test::unshare_mounts() && ::chroot(at.c_str()) == 0; }, false,
     false, true},
    {"a root directory in a slave copy",
     [](const fs::path& at) {
         return ::unshare(CLONE_NEWNS) == 0 &&
                ::mount(nullptr, "/", nullptr, MS_REC | MS_SLAVE, nullptr) == 0 &&
                ::chroot(at.c_str()) == 0;
     },
     true, true, true},
    {"a root directory in a peer copy",
     [](const fs::path& at) { return ::unshare(CLONE_NEWNS) == 0 && ::chroot(at.c_str()) == 0; },
     true, true, true},
    {"nothing", [](const fs::path&) { return true; }, false},
};

bool names(const device::Report& report, pid_t pid) {
    return std::any_of(report.holders.begin(), report.holders.end(),
                       [&](const device::Holder& holder) { return holder.pid == pid; });
}

bool has(const device::Report& report, ClaimKind kind, const std::string& detail) {
    return std::any_of(report.claims.begin(), report.claims.end(), [&](const device::Claim& one) {
        return one.kind == kind && one.detail == detail;
    });
}

bool is_skipped(const Mounted& mounted) {
    if (!mounted.done()) BOOST_TEST_MESSAGE("skipped: needs root");
    return !mounted.done();
}

device::WaitOptions once() { return {.check_device_max_retries = 1}; }

}  // namespace

BOOST_FIXTURE_TEST_SUITE(mount_point, test::Waiting)

BOOST_AUTO_TEST_CASE(is_busy_exactly_as_long_as_umount_is_refused) {
    for (const Row& row : rows) {
        const Mounted mounted(scratch.path(), row.shared);
        if (is_skipped(mounted)) return;
        BOOST_TEST_CONTEXT(row.name) {
            test::Child child([&] { return row.use(mounted.point()); });
            BOOST_TEST(child.prepared());
            const auto used = wait_for(mounted.point(), once()).report;
            BOOST_TEST(used.state == (row.is_busy ? State::busy : State::free), used.reason);
            BOOST_TEST(names(used, child.pid()) == (row.is_busy && row.is_seen));
            if (!row.is_busy) BOOST_TEST(mounted.umount());
            if (row.is_busy) BOOST_TEST(!mounted.umount());
            child.let_go();
            if (!row.is_busy) continue;
            const auto left = wait_for(mounted.point(), once()).report;
            BOOST_TEST(left.state == State::free, left.reason);
            BOOST_TEST(mounted.umount());
        }
    }
}

BOOST_AUTO_TEST_CASE(counts_processes_in_it_and_not_those_elsewhere_on_its_file_system) {
    const Mounted mounted(scratch.path(), false);
    if (is_skipped(mounted)) return;
    const fs::path bound = mounted.base() / "bound";
    fs::create_directory(bound);
    BOOST_REQUIRE(::mount((mounted.point() / "directory").c_str(), bound.c_str(), nullptr, MS_BIND,
                          nullptr) == 0);
    {
        test::Child elsewhere(
            [&] { return ::chdir((mounted.point() / "directory").c_str()) == 0; });
        BOOST_TEST(wait_for(bound, once()).report.state == State::free);
        BOOST_TEST(wait_for(mounted.point(), once()).report.state == State::busy);
    }
    {
        test::Child inside([&] { return ::chdir(bound.c_str()) == 0; });
        BOOST_TEST(wait_for(bound, once()).report.state == State::busy);
        BOOST_TEST(wait_for(mounted.point(), once()).report.state == State::free);
    }
    BOOST_TEST(::umount2(bound.c_str(), 0) == 0);
}

BOOST_AUTO_TEST_CASE(only_processes_in_a_copy_that_umount_removes_count) {
    const Mounted mounted(scratch.path(), true);
    if (is_skipped(mounted)) return;
    const fs::path peer = scratch.path() / "peer";
    fs::create_directory(peer);
    BOOST_REQUIRE(mounted.umount());
    BOOST_REQUIRE(::mount(mounted.base().c_str(), peer.c_str(), nullptr, MS_BIND, nullptr) == 0);
    BOOST_REQUIRE(::mount("none", mounted.point().c_str(), "tmpfs", 0, nullptr) == 0);
    const fs::path copy = peer / mounted.point().filename();
    const fs::path bound = scratch.path() / "bound";
    fs::create_directory(bound);
    BOOST_REQUIRE(::mount(copy.c_str(), bound.c_str(), nullptr, MS_BIND, nullptr) == 0);
    test::Child outside([&] { return ::chdir(bound.c_str()) == 0; });
    BOOST_TEST(wait_for(mounted.point(), once()).report.state == State::free);
    BOOST_TEST(wait_for(copy, once()).report.state == State::free);
    for (const bool is_root : {false, true}) {
        test::Child inside(
            [&] { return (is_root ? ::chroot(copy.c_str()) : ::chdir(copy.c_str())) == 0; });
        const auto used = wait_for(mounted.point(), once()).report;
        BOOST_TEST(used.state == State::busy, used.reason);
        BOOST_TEST(names(used, inside.pid()));
        BOOST_TEST(!mounted.umount());
    }
    BOOST_TEST(wait_for(mounted.point(), once()).report.state == State::free);
    BOOST_TEST(mounted.umount());
    ::umount2(bound.c_str(), MNT_DETACH);
    ::umount2(peer.c_str(), MNT_DETACH);
}

BOOST_AUTO_TEST_CASE(is_busy_by_a_mount_below_it_and_is_the_topmost_of_several) {
    const Mounted mounted(scratch.path(), false);
    if (is_skipped(mounted)) return;
    const std::string below = (mounted.point() / "directory").string();
    BOOST_REQUIRE(::mount("none", below.c_str(), "tmpfs", 0, nullptr) == 0);
    const auto result = wait_for(mounted.point(), once());
    BOOST_TEST(result.report.state == State::busy);
    BOOST_TEST(has(result.report, ClaimKind::mount, below));
    BOOST_TEST(describe(result).find("has a mount below it: ") != std::string::npos);
    BOOST_TEST(wait_for(below, once()).report.state == State::free);
    test::Child under([&] { return ::chdir(mounted.point().c_str()) == 0; });
    BOOST_REQUIRE(::mount("none", mounted.point().c_str(), "tmpfs", 0, nullptr) == 0);
    BOOST_TEST(wait_for(mounted.point(), once()).report.state == State::free);
    BOOST_TEST(mounted.umount());
    BOOST_TEST(wait_for(mounted.point() / "", once()).report.state == State::busy);
}

BOOST_AUTO_TEST_CASE(is_busy_by_an_overlay_of_its_directories) {
    const Mounted mounted(scratch.path(), false);
    if (is_skipped(mounted)) return;
    const fs::path plain = mounted.base() / "plain";  // an overlay separates its directories
    fs::create_directory(plain);
    BOOST_REQUIRE(::mount("none", plain.c_str(), "tmpfs", 0, nullptr) == 0);
    const fs::path merged = mounted.base() / "merged";
    fs::create_directory(merged);
    fs::create_directory(plain / "lower");
    const std::string options =
        "lowerdir=" + (plain / "lower").string() + ":" + mounted.base().string();
    if (::mount("none", merged.c_str(), "overlay", 0, options.c_str()) != 0) {
        BOOST_TEST_MESSAGE("skipped: no overlay here");
        return;
    }
    const auto result = wait_for(plain, once());
    BOOST_TEST(result.report.state == State::busy, result.report.reason);
    BOOST_TEST(has(result.report, ClaimKind::mount, merged.string()));
    BOOST_TEST(describe(result).find("lower directory of the overlay on ") != std::string::npos);
    BOOST_TEST(::umount2(merged.c_str(), 0) == 0);
    BOOST_TEST(wait_for(plain, once()).report.state == State::free);
    ::umount2(plain.c_str(), 0);
}

BOOST_AUTO_TEST_CASE(is_busy_by_a_file_behind_a_loop_device) {
    const Mounted mounted(scratch.path(), false);
    if (is_skipped(mounted)) return;
    {
        std::ofstream(mounted.point() / "image") << "";
        const test::LoopDisk disk(mounted.point() / "image", 4);
        if (!disk.attached()) {
            BOOST_TEST_MESSAGE("skipped: no loop device here");
            return;
        }
        const auto report = wait_for(mounted.point(), once()).report;
        BOOST_TEST(report.state == State::busy, report.reason);
        BOOST_TEST(has(report, ClaimKind::loop, disk.path().string()));
    }
    BOOST_TEST(wait_for(mounted.point(), {.check_device_interval = 10ms}).report.state ==
               State::free);
}

BOOST_AUTO_TEST_CASE(wakes_early_when_a_file_is_closed_and_when_a_process_ends) {
    const Mounted mounted(scratch.path(), false);
    if (is_skipped(mounted)) return;
    for (const bool ends : {true, false}) {
        int ready[2];
        BOOST_REQUIRE(::pipe2(ready, O_CLOEXEC) == 0);
        test::Child child([&] {
            const int opened = ::open((mounted.point() / "file").c_str(), O_RDONLY | O_CLOEXEC);
            std::thread([opened, ends, from = ready[0]] {
                char byte = 0;
                if (::read(from, &byte, 1) != 1) return;
                if (ends) ::_exit(0);
                ::close(opened);
            }).detach();
            return opened >= 0;
        });
        bool was_busy = false;
        const device::WaitOptions options{.check_device_interval = 1h,
                                          .check_device_timeout = 60s,
                                          .on_check = [&](const device::Check& one) {
                                              if (one.report.state != State::busy) return;
                                              if (std::exchange(was_busy, true)) return;
                                              BOOST_TEST(::write(ready[1], "x", 1) == 1);
                                          }};
        BOOST_TEST(wait_for(mounted.point(), options).report.state == State::free);
        BOOST_TEST(was_busy);
        ::close(ready[0]);
        ::close(ready[1]);
    }
}

BOOST_AUTO_TEST_CASE(is_never_unmounted_however_many_ask_about_it_at_once) {
    using loopingcall::device::detail::ask_umount;
    const Mounted mounted(scratch.path(), false);
    if (is_skipped(mounted)) return;
    const auto identity = loopingcall::device::detail::identify_device(mounted.point()).identity;
    BOOST_REQUIRE(identity);
    BOOST_TEST(identity->is_mount_point);
    std::vector<std::thread> threads;
    std::atomic<int> other_answers = 0;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&] {
            for (int n = 0; n < 200; ++n) {
                const auto answer = ask_umount(*identity, false);
                if (answer.seen == device::Seen::not_inspected) ++other_answers;
            }
        });
    }
    for (std::thread& thread : threads) thread.join();
    BOOST_TEST(other_answers == 0);
    const auto now = loopingcall::device::detail::identify_device(mounted.point()).identity;
    BOOST_REQUIRE(now);
    BOOST_TEST(now->same_as(*identity));
}

BOOST_AUTO_TEST_CASE(says_when_it_was_unmounted_meanwhile) {
    const Mounted mounted(scratch.path(), false);
    if (is_skipped(mounted)) return;
    test::Child child([&] { return ::chdir(mounted.point().c_str()) == 0; });
    const device::WaitOptions options{
        .check_device_interval = 10ms,
        .check_device_timeout = 60s,
        .on_check = [&](const device::Check&) { ::umount2(mounted.point().c_str(), MNT_DETACH); }};
    const auto report = wait_for(mounted.point(), options).report;
    BOOST_TEST(report.state == State::unknown);
    BOOST_TEST(report.reason == "it was unmounted while it was waited for");
}

BOOST_AUTO_TEST_SUITE_END()
