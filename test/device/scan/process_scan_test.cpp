// The scan of /proc by itself, on a /proc made for it.
#include "device/scan/process_scan.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cerrno>
#include <chrono>
#include <thread>

#include "device/proc/process_info.hpp"
#include "device/proc/process_list.hpp"
#include "device/scan/process_inspector.hpp"
#include "process/launch/descriptor.hpp"
#include "support/child.hpp"
#include "support/descriptors.hpp"
#include "support/forked.hpp"
#include "support/sanitizers.hpp"
#include "support/scratch.hpp"

using namespace loopingcall::device;
using namespace loopingcall::device::detail;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
using Path = std::filesystem::path;
namespace process = loopingcall::process;

namespace {

/// The pids are greater than those of real processes.
constexpr pid_t first_pid = 5'000'000;

/// A directory that looks like /proc. A process in it hangs if its memory map is a FIFO without
/// a writer.
struct FakeProc {
    test::NothingLeftBehind nothing_left_behind;
    test::Scratch scratch;
    Path target = scratch.file("target");
    Path proc = scratch.path() / "proc";
    std::vector<Path> fifos = {};

    FakeProc() {
        std::filesystem::create_directories(proc / "1" / "fd");
        std::filesystem::create_directory_symlink(std::to_string(::getpid()), proc / "self");
    }
    ~FakeProc() { let_go(); }

    Path add(int number) {
        const Path process = proc / std::to_string(first_pid + number);
        for (const char* const directory : {"fd", "map_files", "task/1"}) {
            std::filesystem::create_directories(process / directory);
        }
        for (const char* const link : {"exe", "cwd", "root"}) {
            std::filesystem::create_directory_symlink("/", process / link);
        }
        return process;
    }
    void add_hung(int number) {
        fifos.push_back(add(number) / "maps");
        BOOST_REQUIRE(::mkfifo(fifos.back().c_str(), 0600) == 0);
    }
    void add_holder(int number) { std::filesystem::create_symlink(target, add(number) / "fd/3"); }

    /// The hung threads come back.
    void let_go() {
        for (const Path& fifo : fifos) {
            const int end = ::open(fifo.c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC);
            if (end >= 0) ::close(end);
        }
        fifos.clear();
    }

    /// Searches for the target, and for an unused file, so that everything is inspected.
    ProcessScan scan(ScanLimits limits) const {
        const Identity other{.path = "/other", .file_system = 1, .inode = 1, .type = S_IFREG};
        return scan_processes({{.parts = {*identify_device(target).identity}}, {.parts = {other}}},
                              {}, limits, proc);
    }
};

std::vector<pid_t> pids_of(const std::vector<Gap>& gaps) {
    std::vector<pid_t> pids;
    for (const Gap& gap : gaps) pids.push_back(gap.pid);
    return pids;
}

/// Waits for a reader of a FIFO, which hangs until the end that is returned is closed.
int open_when_read(const Path& fifo) {
    for (;;) {
        const int end = ::open(fifo.c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC);
        if (end >= 0 || errno != ENXIO) return end;
        std::this_thread::yield();  // no reader yet
    }
}

template <class Work>
std::pair<Clock::duration, ProcessScan> timed(Work work) {
    const auto begun = Clock::now();
    ProcessScan scan = work();
    return {Clock::now() - begun, std::move(scan)};
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(process_scan, FakeProc)

BOOST_AUTO_TEST_CASE(a_process_that_hangs_costs_that_process_alone) {
    for (int i = 0; i < 8; ++i) add(i);
    add_hung(8);
    add_holder(9);
    const auto [took, found] = timed([&] { return scan({.whole = 4s}); });
    BOOST_TEST((took < 2s));
    BOOST_TEST(found.problem.empty(), found.problem);
    BOOST_REQUIRE(found.targets.size() == 2U);
    BOOST_REQUIRE(found.targets[0].at(Place::descriptors).size() == 1U);
    BOOST_TEST(found.targets[0].at(Place::descriptors)[0].pid == first_pid + 9);
    BOOST_TEST(!found.targets[1].has_holder());
    BOOST_REQUIRE(found.gaps.size() == 1U);
    BOOST_TEST(found.gaps[0].pid == first_pid + 8);
    BOOST_TEST((found.gaps[0].place == Place::mappings));
    BOOST_TEST(!found.gaps[0].is_refusal);
    BOOST_TEST(found.gaps[0].why == "its memory map could not be read within 500 ms");

    // As long as it hangs, no more threads are lost, nor is any time.
    const std::size_t threads = test::holdings().threads;
    for (int i = 0; i < 5; ++i) {
        const auto [again, same] = timed([&] { return scan({.whole = 60s}); });
        BOOST_TEST((again < 5s));
        BOOST_TEST(pids_of(same.gaps) == std::vector<pid_t>{first_pid + 8},
                   boost::test_tools::per_element());
    }
    BOOST_TEST(test::holdings().threads <= threads);

    const Path fifo = fifos.front();
    let_go();
    (void)test::held_when_idle();
    std::filesystem::remove(fifo);
    BOOST_TEST(scan({.whole = 4s}).gaps.empty());
}

BOOST_AUTO_TEST_CASE(many_processes_that_hang_cost_no_more_time_than_a_few) {
    std::vector<pid_t> hung;
    for (int i = 0; i < 40; ++i) {
        add_hung(i);
        hung.push_back(first_pid + i);
    }
    add_holder(50);
    const auto [took, found] = timed([&] { return scan({.whole = 8s}); });
    BOOST_TEST((took < 7s));
    BOOST_TEST(found.problem.empty(), found.problem);
    BOOST_TEST(pids_of(found.gaps) == hung, boost::test_tools::per_element());
    BOOST_TEST(found.targets[0].has_holder());
}

BOOST_AUTO_TEST_CASE(too_many_hung_processes_are_a_problem_and_a_holder_is_still_reported) {
    for (int i = 0; i < 100; ++i) add_hung(i);
    add_holder(200);
    const ProcessScan found = scan({.whole = 8s});
    BOOST_TEST(!found.problem.empty());
    BOOST_TEST(found.targets[0].has_holder());
}

BOOST_AUTO_TEST_CASE(an_abandoned_scan_ends_though_a_process_hangs) {
    add_hung(1);
    const auto abandoned = std::make_shared<std::atomic<bool>>(false);
    int end = -1;  // of the FIFO: while it is open, the process hangs
    std::thread other([&] {
        end = open_when_read(fifos.front());
        *abandoned = true;
    });
    const auto [took, found] = timed([&] { return scan({.whole = 600s, .abandoned = abandoned}); });
    other.join();
    BOOST_TEST(end >= 0);
    ::close(end);
    BOOST_TEST((took < 10s));
    BOOST_TEST(found.problem == "the scan of /proc was abandoned");
}

/// Its descriptors would take an hour.
BOOST_AUTO_TEST_CASE(an_abandoned_scan_stops_in_the_middle_of_a_process) {
    std::atomic<bool> stop = true;
    Progress progress{std::shared_ptr<const std::atomic<bool>>(&stop, [](const auto*) {})};
    const ScanTargets targets({{.parts = {*identify_device(target).identity}}});
    ProcessInspector inspector(targets, progress);
    add_holder(1);
    const int directory = ::open(proc.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    BOOST_CHECK_THROW((void)inspector.inspect(Look::descriptors, directory, first_pid + 1),
                      ScanAbandoned);
    stop = false;
    BOOST_TEST(inspector.inspect(Look::descriptors, directory, first_pid + 1).uses.size() == 1U);
    ::close(directory);
}

BOOST_AUTO_TEST_CASE(one_that_has_ended_counts_as_gone_also_as_a_zombie) {
    const process::detail::Descriptor real(::open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    const auto is_gone = [&](pid_t pid) {
        Progress progress{nullptr};
        const ScanTargets targets({{.parts = {*identify_device(target).identity}}});
        return ProcessInspector(targets, progress)
            .inspect(Look::descriptors, real.get(), pid)
            .is_gone;
    };
    const test::Child alive([] { return true; });
    const pid_t zombie = ::fork();
    if (zombie == 0) ::_exit(0);
    siginfo_t ended{};
    BOOST_REQUIRE(::waitid(P_PID, static_cast<id_t>(zombie), &ended, WEXITED | WNOWAIT) == 0);
    BOOST_TEST(!is_gone(alive.pid()));
    BOOST_TEST(is_gone(zombie));
    ::waitpid(zombie, nullptr, 0);
    BOOST_TEST(is_gone(zombie));
}

BOOST_AUTO_TEST_CASE(the_list_of_processes_names_each_of_them_once) {
    ProcessList list("/proc", {});
    BOOST_TEST(list.problem().empty());
    const auto names = [](const std::vector<ListedProcess>& processes, pid_t pid) {
        return std::any_of(processes.begin(), processes.end(),
                           [&](const ListedProcess& one) { return one.pid == pid; });
    };
    const test::Child before([] { return true; });
    const auto first = list.read_new();
    BOOST_TEST(names(first, before.pid()));
    BOOST_TEST(!names(first, ::getpid()));
    const test::Child after([] { return true; });
    const auto second = list.read_new();
    BOOST_TEST(!names(second, before.pid()));
    BOOST_TEST(names(second, after.pid()));
}

BOOST_AUTO_TEST_CASE(an_ignored_pid_of_another_process_is_listed) {
    const test::Child child([] { return true; });
    const std::uint64_t start = start_time_of(child.pid());
    BOOST_REQUIRE(start != 0U);
    const auto has = [&](IgnoredProcesses ignored) {
        ProcessList list("/proc", std::move(ignored));
        const auto all = list.read_new();
        return std::any_of(all.begin(), all.end(),
                           [&](const ListedProcess& one) { return one.pid == child.pid(); });
    };
    BOOST_TEST(!has({{child.pid(), start}}));
    BOOST_TEST(has({{child.pid(), start + 1}}));
    BOOST_TEST(identify_ignored({child.pid()}).at(child.pid()) == start);
    BOOST_TEST(identify_ignored({first_pid}).empty());
}

/// Quadratic, they would take 100 times as long as a tenth of them.
BOOST_AUTO_TEST_CASE(the_mapped_files_of_a_process_cost_linear_time) {
    const auto cost = [&](int count) {
        const test::Child child([count] {
            test::become_nobody();
            for (int i = 0; i < count; ++i) {
                const int memory = ::memfd_create("a file of a name of its own", MFD_CLOEXEC);
                const bool done =
                    ::ftruncate(memory, 4096) == 0 &&
                    ::mmap(nullptr, 4096, PROT_READ, MAP_SHARED, memory, 0) != MAP_FAILED;
                if (!done) return false;
                ::close(memory);
            }
            return true;
        });
        BOOST_REQUIRE(child.prepared());
        Clock::duration least = 1h;
        for (int i = 0; i < 3; ++i) {
            const auto [took, found] = timed([&] {
                return scan_these({child.pid()}, {{.parts = {*identify_device(target).identity}}},
                                  {.whole = 60s});
            });
            BOOST_TEST(found.gaps.empty());
            BOOST_TEST(found.problem.empty(), found.problem);
            least = std::min(least, took);
        }
        return std::chrono::duration<double>(least).count();
    };
    const double few = cost(3'000);
    const double many = cost(30'000);
    BOOST_TEST_MESSAGE(few << " s for 3,000, " << many << " s for 30,000");
    BOOST_TEST((test::with_sanitizer || many < 40 * few));
}

BOOST_AUTO_TEST_SUITE_END()
