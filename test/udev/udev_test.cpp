// Waits beside a real systemd-udevd.
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <fstream>
#include <loopingcall/device/whole_disk_lock.hpp>
#include <thread>

#include "device/udev/udev_monitor.hpp"
#include "device/waiting.hpp"
#include "support/child.hpp"
#include "support/forked.hpp"
#include "support/loop_disk.hpp"
#include "support/run_program.hpp"
#include "support/udevd.hpp"

using namespace std::chrono_literals;
namespace device = loopingcall::device;
using device::ClaimKind;
using device::Seen;
using device::State;
using Clock = std::chrono::steady_clock;

namespace {

/// From any thread, which a check of Boost.Test is not.
bool write_and_close(const std::filesystem::path& node) {
    const int opened = ::open(node.c_str(), O_WRONLY | O_CLOEXEC);
    const char byte = 'x';
    const bool written = ::pwrite(opened, &byte, 1, 1 << 17) == 1;
    ::close(opened);
    return written;
}

void close_as_writer(const std::filesystem::path& node) { BOOST_TEST(write_and_close(node)); }

device::EvidenceItem source(const device::WaitResult& result, const std::string& name) {
    const auto& items = result.report.evidence;
    const auto found = std::find_if(items.begin(), items.end(),
                                    [&](const auto& item) { return item.source == name; });
    BOOST_REQUIRE_MESSAGE(found != items.end(), name);
    return *found;
}

bool has_claim(const device::WaitResult& result, ClaimKind kind) {
    const auto& claims = result.report.claims;
    return std::any_of(claims.begin(), claims.end(),
                       [&](const device::Claim& claim) { return claim.kind == kind; });
}

/// Closes other disks all the time, so that udevd's queue is never empty.
class Load {
  public:
    explicit Load(std::vector<std::filesystem::path> disks) {
        for (const auto& disk : disks) {
            threads_.emplace_back([this, disk] {
                while (!over_) {
                    if (!write_and_close(disk)) failed_ = true;
                    std::this_thread::sleep_for(10ms);
                }
            });
        }
    }
    ~Load() {
        over_ = true;
        for (std::thread& thread : threads_) thread.join();
        BOOST_TEST(!failed_);
    }
    Load(const Load&) = delete;
    Load& operator=(const Load&) = delete;

  private:
    std::atomic<bool> over_ = false;
    std::atomic<bool> failed_ = false;
    std::vector<std::thread> threads_{};
};

/// udevd reads the table of a disk that a writer has closed, and removes what is not in it: then
/// the partition is added again.
std::filesystem::path add_partition(const test::LoopDisk& disk, int number = 1) {
    const std::filesystem::path node = disk.path().string() + 'p' + std::to_string(number);
    while (!std::filesystem::exists(node)) {
        (void)disk.add_partition(number);
        std::this_thread::sleep_for(1ms);
    }
    return node;
}

/// The lock of a disk is in the way of its partition, and its release wakes.
void lock_and_release(const test::LoopDisk& disk) {
    const auto partition = add_partition(disk);
    test::Udevd::settle();
    test::Child locker(
        [&] { return ::flock(::open(disk.path().c_str(), O_RDONLY | O_CLOEXEC), LOCK_EX) == 0; });
    bool released = false;
    const auto result = test::Waiting::wait_for(
        partition, {.check_device_interval = 60s,
                    .check_device_probe = device::Probe::procfs,
                    .on_check = [&](const device::Check& check) {
                        if (std::exchange(released, true)) return;
                        BOOST_TEST(check.report.state == State::busy);
                        BOOST_TEST(to_string(check.report.claims.at(0)).starts_with("locked by "));
                        locker.let_go();
                    }});
    BOOST_TEST(result.report.state == State::free);
    BOOST_TEST((result.elapsed < 30s));
}

struct WithoutUdevd : test::Waiting {
    [[nodiscard]] bool skipped() const {
        return !disk.attached() || std::filesystem::exists("/run/udev/control");
    }

    test::LoopDisk disk{file, 8};
};

struct BesideUdevd : test::Waiting {
    BesideUdevd() : udevd("0.05"), disk(file, 8) {
        test::Udevd::settle();  // it watches the disk from its first event on
    }

    [[nodiscard]] bool skipped() const { return !udevd.running() || !disk.attached(); }

    [[nodiscard]] device::WaitResult check(device::WaitOptions options = {}) const {
        options.check_device_probe = device::Probe::procfs;
        return wait_for(disk.path(), std::move(options));
    }

    test::Udevd udevd;
    test::LoopDisk disk;
};

/// Slow from the first event of a test on.
struct BesideASlowUdevd : BesideUdevd {
    BesideASlowUdevd() { udevd.probe_for("1.5"); }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(beside_udevd)

BOOST_FIXTURE_TEST_CASE(a_disk_that_has_settled_is_free_at_once, BesideUdevd) {
    if (skipped()) return;
    const auto result = check({.check_device_timeout = 0s});
    BOOST_TEST(result.report.state == State::free);
    BOOST_TEST(source(result, "udev").seen == Seen::nobody);
    BOOST_TEST(source(result, "lock").seen == Seen::nobody);
}

BOOST_FIXTURE_TEST_CASE(a_closing_is_busy_until_udev_has_processed_it, BesideASlowUdevd) {
    if (skipped()) return;
    close_as_writer(disk.path());
    const auto busy = check({.check_device_timeout = 0s});
    BOOST_TEST(busy.report.state == State::busy);
    BOOST_TEST(has_claim(busy, ClaimKind::udev));
    BOOST_TEST(has_claim(busy, ClaimKind::lock));
    BOOST_TEST(source(busy, "udev").detail == "udev: 1 event is being processed");
    BOOST_TEST(source(busy, "lock").detail.starts_with("locked by (udev-worker) "));
    const auto begun = Clock::now();
    const auto freed = check({.check_device_interval = 60s});
    BOOST_TEST(freed.report.state == State::free);
    BOOST_TEST((Clock::now() - begun < 30s));  // woken, and not by the interval
}

BOOST_FIXTURE_TEST_CASE(without_the_option_udev_is_not_asked, BesideASlowUdevd) {
    if (skipped()) return;
    close_as_writer(disk.path());
    const auto result = check({.check_device_timeout = 0s, .check_device_udev = false});
    BOOST_TEST(!has_claim(result, ClaimKind::udev));
    BOOST_TEST(source(result, "udev").seen == Seen::not_applicable);
    BOOST_TEST(source(result, "lock").seen == Seen::not_applicable);
}

BOOST_FIXTURE_TEST_CASE(the_next_step_after_free_is_not_refused, BesideUdevd) {
    if (skipped()) return;
    for (int i = 0; i < 20; ++i) {
        const auto partition = add_partition(disk);
        close_as_writer(partition);
        BOOST_TEST(check().report.state == State::free);
        disk.remove_partition();
        BOOST_TEST(!std::filesystem::exists("/sys/class/block/" + partition.filename().string()));
    }
}

BOOST_FIXTURE_TEST_CASE(a_partition_waits_for_the_events_of_its_disk, BesideASlowUdevd) {
    if (skipped()) return;
    const auto partition = add_partition(disk);
    const auto busy = wait_for(
        partition, {.check_device_timeout = 0s, .check_device_probe = device::Probe::procfs});
    BOOST_TEST(busy.report.state == State::busy);
    BOOST_TEST(has_claim(busy, ClaimKind::udev));
    BOOST_TEST(has_claim(busy, ClaimKind::lock));  // which is on the node of the disk
}

BOOST_FIXTURE_TEST_CASE(events_of_other_disks_do_not_hold_a_disk_up, BesideUdevd) {
    if (skipped()) return;
    const test::LoopDisk others[] = {
        {scratch.file("b"), 8}, {scratch.file("c"), 8}, {scratch.file("d"), 8}};
    const Load load({others[0].path(), others[1].path(), others[2].path()});
    while (!std::filesystem::exists("/run/udev/queue")) std::this_thread::sleep_for(1ms);
    close_as_writer(disk.path());
    const auto result = check({.check_device_interval = 60s});
    BOOST_TEST(result.report.state == State::free);
    BOOST_TEST((result.elapsed < 20s));
}

/// One echo answers for all devices of the disk: each would take the others' for events to wait
/// for.
BOOST_FIXTURE_TEST_CASE(several_partitions_settle_by_the_same_echo, BesideUdevd) {
    if (skipped()) return;
    std::vector<std::filesystem::path> partitions;
    const auto is_there = [](const auto& node) { return std::filesystem::exists(node); };
    do {
        partitions = {add_partition(disk, 2), add_partition(disk, 3), add_partition(disk, 4)};
        test::Udevd::settle();
    } while (!std::all_of(partitions.begin(), partitions.end(), is_there));
    udevd.probe_for("0.1");
    // As many as udevd has workers: the events of more would pile up before those of this disk.
    const test::LoopDisk others[] = {{scratch.file("b"), 8}, {scratch.file("c"), 8}};
    const Load load({others[0].path(), others[1].path()});
    while (!std::filesystem::exists("/run/udev/queue")) std::this_thread::sleep_for(1ms);
    struct Row {
        const char* name;
        std::vector<std::filesystem::path> devices;
    };
    const Row rows[] = {
        {"one partition", {partitions[0]}},
        {"two partitions", {partitions[0], partitions[1]}},
        {"all partitions", partitions},
        {"the disk and a partition", {disk.path(), partitions[0]}},
    };
    for (const Row& row : rows) {
        const auto monitor = device::detail::open_udev_monitor();
        BOOST_REQUIRE(monitor.is_open());
        const auto waited = wait(row.devices, {.check_device_interval = 60s,
                                               .check_device_probe = device::Probe::procfs});
        const auto read = device::detail::read_udev_events(monitor.get());
        const auto echoes =
            std::count_if(read.events.begin(), read.events.end(), [&](const auto& event) {
                return !event.processed && event.uuid.size() == 36 &&
                       event.path.ends_with(disk.path().filename().string());
            });
        BOOST_TEST(echoes <= 3, row.name);
        for (const auto& result : waited.results) {
            BOOST_TEST(result.report.state == State::free, row.name);
            BOOST_TEST((result.elapsed < 20s), row.name);
        }
    }
    udevd.probe_for("0");  // what is queued is over soon
    for (const int number : {2, 3, 4}) disk.remove_partition(number);
}

/// The disk is closed by a writer while `fuser` runs, and udevd is stopped before it can read that.
BOOST_FIXTURE_TEST_CASE(a_closing_that_cannot_be_watched_counts, BesideUdevd) {
    if (skipped()) return;
    const auto programs = scratch.path() / "bin";
    std::filesystem::create_directory(programs);
    const std::string node = disk.path().string();
    const auto fuser = programs / "fuser";
    std::ofstream(fuser) << "#!/bin/sh\nudevd=$(pidof systemd-udevd)\nkill -STOP $udevd\n"
                         << "nsenter -t ${udevd##* } -m dd if=/dev/zero of=" << node
                         << " bs=4k count=1 conv=notrunc 2>/dev/null\nexec /usr/bin/fuser \"$@\"\n";
    std::filesystem::permissions(fuser, std::filesystem::perms{0755});
    const std::string own_nodes =
        "unshare -m sh -c 'mount -t tmpfs none /mnt && cp -a " + node +
        " /dev/null /dev/zero /mnt/ && mount --move /mnt /dev && exec \"$@\"' sh ";
    const std::string refused = "strace -f -qq -o /dev/null -e inject=";
    const std::pair<const char*, std::string> rows[] = {
        {"all is watched", ""},
        {"nodes of its own", own_nodes},
        {"no instance of inotify", refused + "inotify_init1:error=EMFILE "},
        {"no watch", refused + "inotify_add_watch:error=ENOSPC "}};
    for (const auto& [name, prefix] : rows) {
        const auto ended = test::shell("PATH=" + programs.string() + ":$PATH; " + prefix +
                                       "'" TEST_DISKWAIT "' -n 1 " + node);
        (void)test::shell("kill -CONT $(pidof systemd-udevd)");
        BOOST_TEST(ended.exit_code > 0, name << ": " << ended.out << ended.err);
        test::Udevd::settle();
        if (prefix == own_nodes) continue;  // its locks may be others than udevd's
        // The same without a closing is free.
        const auto calm = test::shell(prefix + "'" TEST_DISKWAIT "' -n 1 " + node);
        BOOST_TEST(calm.exit_code == 0, name << ": " << calm.out << calm.err);
    }
}

BOOST_FIXTURE_TEST_CASE(a_udevd_that_is_stopped_is_asked_for_no_event, BesideUdevd) {
    if (skipped()) return;
    const auto monitor = device::detail::open_udev_monitor();
    (void)test::shell("kill -STOP $(pidof systemd-udevd)");
    const auto busy = check({.check_device_timeout = 0s});
    (void)test::shell("kill -CONT $(pidof systemd-udevd)");
    BOOST_TEST(busy.report.state == State::busy);
    BOOST_TEST(source(busy, "udev").detail == "udev: systemd-udevd has not answered yet");
    BOOST_TEST(busy.report.advice.starts_with("udevadm control --ping"), busy.report.advice);
    const auto events = device::detail::read_udev_events(monitor.get()).events;
    BOOST_TEST(std::none_of(events.begin(), events.end(),
                            [](const auto& event) { return event.uuid.size() == 36; }));
    test::Udevd::settle();
}

/// The events of udevd do not reach another network namespace; its socket, its queue
/// and its lock are seen there.
BOOST_FIXTURE_TEST_CASE(another_network_namespace_sees_the_same, BesideASlowUdevd) {
    if (skipped()) return;
    close_as_writer(disk.path());
    const std::string there = "unshare -n '" TEST_DISKWAIT "' --probe procfs ";
    const auto busy = test::shell(there + "-t 0 " + disk.path().string());
    BOOST_TEST(busy.exit_code == 1, busy.out + busy.err);
    BOOST_TEST(busy.out.find("udev: 1 event is being processed") != std::string::npos, busy.out);
    const auto freed = test::shell(there + "-i 60 " + disk.path().string());
    BOOST_TEST(freed.exit_code == 0, freed.out + freed.err);
    BOOST_TEST((freed.elapsed < 30s));
}

BOOST_FIXTURE_TEST_CASE(another_network_namespace_is_not_held_up_for_ever, BesideUdevd) {
    if (skipped()) return;
    const test::LoopDisk others[] = {{scratch.file("b"), 8}, {scratch.file("c"), 8}};
    const Load load({others[0].path(), others[1].path()});
    while (!std::filesystem::exists("/run/udev/queue")) std::this_thread::sleep_for(1ms);
    const auto partition = add_partition(disk);
    for (int i = 0; i < 3; ++i) {
        close_as_writer(partition);
        const auto ended = test::shell("unshare -n '" TEST_DISKWAIT "' --probe procfs -t 3 " +
                                       disk.path().string());
        BOOST_TEST((ended.exit_code == 0 || ended.exit_code == 1), ended.out + ended.err);
        BOOST_TEST((ended.elapsed < 20s));
        if (ended.exit_code != 0) continue;
        // Free means: the next step is not refused.
        disk.remove_partition();
        BOOST_TEST(!std::filesystem::exists("/sys/class/block/" + partition.filename().string()));
        BOOST_TEST(add_partition(disk) == partition);
    }
}

BOOST_FIXTURE_TEST_CASE(an_ordinary_user_sees_that_udev_is_at_work_and_is_not_held_up,
                        BesideASlowUdevd) {
    if (skipped()) return;
    BOOST_REQUIRE(::chmod(disk.path().c_str(), 0666) == 0);
    close_as_writer(disk.path());
    const auto ask = [&](device::WaitOptions options) {
        return test::in_forked_child([&]() -> int {
            test::become_nobody();
            options.check_device_probe = device::Probe::procfs;
            boost::asio::io_context context;
            int found = 99;
            device::async_wait_until_free(
                context.get_executor(), {disk.path()}, options,
                [&](const std::exception_ptr&, const std::vector<device::WaitResult>& results) {
                    const bool by_udev = has_claim(results.at(0), ClaimKind::udev) ||
                                         has_claim(results.at(0), ClaimKind::lock);
                    found = static_cast<int>(results.at(0).report.state) * 2 + (by_udev ? 1 : 0);
                });
            context.run();
            return found;
        });
    };
    BOOST_TEST(ask({.check_device_timeout = 0s}) == static_cast<int>(State::busy) * 2 + 1);
    const auto begun = Clock::now();
    // At the end, processes of others could not be inspected: unknown, and never free.
    BOOST_TEST(ask({.check_device_interval = 60s}) == static_cast<int>(State::unknown) * 2);
    BOOST_TEST((Clock::now() - begun < 30s));
}

BOOST_FIXTURE_TEST_CASE(the_advice_is_to_settle_and_settling_makes_it_free, BesideASlowUdevd) {
    if (skipped()) return;
    close_as_writer(disk.path());
    const auto busy = check({.check_device_timeout = 0s});
    BOOST_TEST(busy.report.advice == "udevadm settle");
    BOOST_TEST(test::shell(busy.report.advice).exit_code == 0);
    BOOST_TEST(check({.check_device_timeout = 0s}).report.state == State::free);
}

BOOST_FIXTURE_TEST_CASE(a_lock_of_another_process_counts_and_its_release_wakes, BesideUdevd) {
    if (skipped()) return;
    lock_and_release(disk);
}

BOOST_FIXTURE_TEST_CASE(under_a_lock_of_ours_the_queue_is_not_waited_for, BesideUdevd) {
    if (skipped()) return;
    const device::WholeDiskLock lock(disk.path());
    close_as_writer(disk.path());  // an event that is put off as long as the lock lives
    while (!std::filesystem::exists("/run/udev/queue")) std::this_thread::sleep_for(1ms);
    const auto result = check({.check_device_timeout = 0s});
    BOOST_TEST(result.report.state == State::free);
    BOOST_TEST(source(result, "udev").seen == Seen::not_applicable);
}

BOOST_FIXTURE_TEST_CASE(releasing_our_lock_and_checking_cause_no_event, BesideUdevd) {
    if (skipped()) return;
    const auto sequence = [] { return test::read_file("/sys/kernel/uevent_seqnum"); };
    const std::string before = sequence();
    { const device::WholeDiskLock lock(disk.path()); }
    BOOST_TEST(check().report.state == State::free);
    test::Udevd::settle();
    BOOST_TEST(sequence() == before);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(without_udevd, WithoutUdevd)

BOOST_AUTO_TEST_CASE(nothing_is_waited_for_and_the_evidence_says_so) {
    if (skipped()) return;
    const auto result = wait_for(
        disk.path(), {.check_device_timeout = 0s, .check_device_probe = device::Probe::procfs});
    BOOST_TEST(result.report.state == State::free);
    BOOST_TEST(source(result, "udev").seen == Seen::not_applicable);
    BOOST_TEST(source(result, "udev").detail == "systemd-udevd does not run here");
    BOOST_TEST(source(result, "lock").seen == Seen::nobody);
}

BOOST_AUTO_TEST_CASE(a_lock_of_another_process_counts_and_its_release_wakes) {
    if (skipped()) return;
    lock_and_release(disk);
}

BOOST_AUTO_TEST_SUITE_END()
