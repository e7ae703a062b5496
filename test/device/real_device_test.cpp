// Waits for a real block device while things happen to it.
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <thread>

#include "support/child.hpp"
#include "support/loop_disk.hpp"
#include "support/sanitizers.hpp"
#include "waiting.hpp"

using namespace std::chrono_literals;
namespace asio = boost::asio;
namespace device = loopingcall::device;
using device::Probe;
using device::State;
using Clock = std::chrono::steady_clock;
using Milliseconds = std::chrono::duration<double, std::milli>;

namespace {

constexpr Probe probes[] = {Probe::fuser, Probe::lsof, Probe::procfs};

Milliseconds median(std::vector<Milliseconds> times) {
    const auto middle = times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2);
    std::nth_element(times.begin(), middle, times.end());
    return *middle;
}

void spin_for(Clock::duration time) {
    const auto later = Clock::now() + time;
    while (Clock::now() < later) continue;
}

/// A disk, or a message that there is none.
struct RealDevice : test::Waiting {
    test::LoopDisk disk{file, 8};

    [[nodiscard]] bool skipped() const {
        if (!disk.attached()) BOOST_TEST_MESSAGE("skipped: no loop device here (needs root)");
        return !disk.attached();
    }

    [[nodiscard]] std::function<bool()> opening() const {
        return [path = disk.path()] { return ::open(path.c_str(), O_RDWR | O_CLOEXEC) >= 0; };
    }

    /// Waits for the disk, and does something once when it has been found busy.
    /// @return how long the answer took after that, and the answer.
    std::pair<Clock::duration, device::WaitResult> answer_after(
        const std::function<void()>& release, device::WaitOptions options) {
        Clock::time_point released{};
        options.on_check = [&](const device::Check& check) {
            if (check.report.state != State::busy || released != Clock::time_point{}) return;
            // Later than that a wake need not wait for the distance between two checks.
            spin_for(10ms);
            release();
            released = Clock::now();
        };
        auto result = wait_for(disk.path(), options);
        return {Clock::now() - released, std::move(result)};
    }

    /// A check of a free device under the same circumstances: the programs that probes run take
    /// longer when others have just come and gone.
    Clock::duration one_check_after_a_release(Probe probe) {
        test::Child holder(opening());
        (void)wait_for(disk.path(), {.check_device_max_retries = 1, .check_device_probe = probe});
        spin_for(10ms);
        holder.let_go();
        const auto begun = Clock::now();
        (void)wait_for(disk.path(), {.check_device_probe = probe});
        return Clock::now() - begun;
    }

    /// By how many milliseconds a wait for a release takes longer than a check, by the medians of
    /// twenty.
    double beyond_one_check(Probe probe) {
        std::vector<Milliseconds> checks;
        std::vector<Milliseconds> answers;
        for (int i = 0; i < 20; ++i) {
            checks.push_back(one_check_after_a_release(probe));
            test::Child holder(opening());
            const auto [took, result] =
                answer_after([&] { holder.let_go(); },
                             {.check_device_interval = 60s, .check_device_probe = probe});
            BOOST_TEST(result.report.state == State::free);
            BOOST_TEST((took < 30s));
            answers.push_back(took);
        }
        return (median(answers) - median(checks)).count();
    }
};

/// Sends a descriptor to a socket of this process and closes it: it is open nowhere.
bool send_into_nowhere(const char* path) {
    int ends[2];
    const int sent = ::open(path, O_RDONLY | O_CLOEXEC);
    if (sent < 0 || ::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) return false;
    char byte = 'x';
    iovec data{&byte, 1};
    alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))]{};
    msghdr message{};
    message.msg_iov = &data;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    cmsghdr* const rights = CMSG_FIRSTHDR(&message);
    rights->cmsg_level = SOL_SOCKET;
    rights->cmsg_type = SCM_RIGHTS;
    rights->cmsg_len = CMSG_LEN(sizeof(int));
    std::copy_n(reinterpret_cast<const char*>(&sent), sizeof sent,
                reinterpret_cast<char*>(CMSG_DATA(rights)));
    return ::sendmsg(ends[0], &message, 0) == 1 && ::close(sent) == 0;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(real_device, RealDevice)

BOOST_AUTO_TEST_CASE(a_loop_device_is_busy_while_a_process_holds_it_and_free_after) {
    if (skipped()) return;
    BOOST_TEST(wait_for(disk.path(), {}).report.state == State::free);
    test::Child holder(opening());
    const auto busy = wait_for(disk.path(), {.check_device_max_retries = 1});
    BOOST_TEST(busy.report.state == State::busy);
    BOOST_TEST(busy.report.holders.at(0).pid == holder.pid());
    const auto after = wait_for(disk.path(), {.check_device_interval = 50ms,
                                              .check_device_early_wake = false,
                                              .on_check = [&](const device::Check& check) {
                                                  if (check.number == 2) holder.let_go();
                                              }});
    BOOST_TEST(after.report.state == State::free);
    BOOST_TEST(after.checks == 3U);
}

BOOST_AUTO_TEST_CASE(twenty_releases_in_a_row_are_seen_at_once_by_every_probe) {
    if (skipped()) return;
    for (const Probe probe : probes) {
        double beyond = beyond_one_check(probe);
        // Beside other tests, a wait is slowed down more than a check.
        for (int again = 0; again < 2 && beyond >= 10.0; ++again) beyond = beyond_one_check(probe);
        BOOST_TEST_MESSAGE(to_string(probe) << ": " << beyond << " ms beyond one check");
        BOOST_TEST((test::with_sanitizer || beyond < 10.0), beyond);
    }
}

BOOST_AUTO_TEST_CASE(without_early_wake_a_release_is_seen_at_the_interval) {
    if (skipped()) return;
    test::Child holder(opening());
    const auto [took, result] =
        answer_after([&] { holder.let_go(); },
                     {.check_device_interval = 700ms, .check_device_early_wake = false});
    BOOST_TEST(result.report.state == State::free);
    BOOST_TEST(result.checks == 2U);
    BOOST_TEST((result.elapsed >= 700ms));
}

BOOST_AUTO_TEST_CASE(an_unmount_and_a_close_of_a_process_that_lives_on_wake_too) {
    if (skipped()) return;
    BOOST_REQUIRE(test::run_program("mke2fs -q -F " + disk.path().string()));
    const auto point = scratch.path() / "mnt";
    std::filesystem::create_directory(point);
    BOOST_REQUIRE(::mount(disk.path().c_str(), point.c_str(), "ext2", 0, nullptr) == 0);
    const auto [unmounted, after_umount] = answer_after(
        [&] { BOOST_TEST(::umount(point.c_str()) == 0); }, {.check_device_interval = 60s});
    BOOST_TEST(after_umount.report.state == State::free);
    BOOST_TEST((unmounted < 30s));

    int trigger[2];
    BOOST_REQUIRE(::pipe2(trigger, O_CLOEXEC) == 0);
    const test::Child closer([&] {
        const int held = ::open(disk.path().c_str(), O_RDONLY | O_CLOEXEC);
        std::thread([&, held] {
            char byte = 0;
            if (::read(trigger[0], &byte, 1) == 1) ::close(held);
            for (;;) ::pause();
        }).detach();
        return held >= 0;
    });
    const auto [closed, after_close] = answer_after(
        [&] { BOOST_TEST(::write(trigger[1], "x", 1) == 1); }, {.check_device_interval = 60s});
    for (const int end : trigger) ::close(end);
    BOOST_TEST(after_close.report.state == State::free);
    BOOST_TEST((closed < 30s));
}

BOOST_AUTO_TEST_CASE(early_wakes_spend_no_retry_and_do_not_wake_themselves) {
    if (skipped()) return;
    // Claimed where no table here shows it, so that each check opens what it can.
    const auto partition = disk.add_partition();
    const test::Child holder([&] {
        while (::access(partition.c_str(), F_OK) != 0) continue;
        return test::unshare_mounts() && test::run_program("mke2fs -q -F " + partition.string()) &&
               ::mount(partition.c_str(), "/mnt", "ext2", 0, nullptr) == 0;
    });
    BOOST_REQUIRE(holder.prepared());
    const auto result =
        wait_for(disk.path(), {.check_device_interval = 300ms, .check_device_max_retries = 3});
    BOOST_TEST(result.report.state == State::busy);
    BOOST_TEST(result.report.claims.at(0).kind == device::ClaimKind::mount);
    BOOST_TEST((result.elapsed >= 600ms));  // three retries, whatever woke it
    BOOST_TEST(result.checks < 20U);
}

BOOST_AUTO_TEST_CASE(another_disk_under_the_same_name_is_not_followed) {
    if (skipped()) return;
    if (!std::filesystem::exists("/sys/block/" + disk.path().filename().string() + "/diskseq")) {
        BOOST_TEST_MESSAGE("skipped: this kernel does not count disks");
        return;
    }
    const auto other = scratch.file("other");
    test::Child holder(opening());
    bool replaced = false;
    const auto result = wait_for(
        disk.path(), {.check_device_interval = 50ms, .on_check = [&](const device::Check&) {
                          if (std::exchange(replaced, true)) return;
                          holder.let_go();
                          BOOST_TEST(disk.replace(other));
                      }});
    BOOST_TEST(result.report.state == State::unknown);
    BOOST_TEST(result.report.reason == "another device has taken its name during the wait");
}

BOOST_AUTO_TEST_CASE(partitions_that_appear_are_reported_and_count) {
    if (skipped()) return;
    test::Child holder(opening());
    std::vector<std::string> changes;
    const auto result = wait_for(
        disk.path(), {.check_device_interval = 50ms, .on_check = [&](const device::Check& check) {
                          changes.insert(changes.end(), check.report.changes.begin(),
                                         check.report.changes.end());
                          if (check.number == 1) (void)disk.add_partition();
                          if (check.number == 3) holder.let_go();
                      }});
    BOOST_TEST(result.report.state == State::free);
    BOOST_TEST(
        changes == std::vector<std::string>{"partition " + disk.path().string() + "p1 appeared"},
        boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(partitions_can_be_excluded) {
    if (skipped()) return;
    const auto partition = disk.add_partition();
    const test::Child holder([&] {
        while (::access(partition.c_str(), F_OK) != 0) continue;
        return ::open(partition.c_str(), O_RDWR | O_CLOEXEC) >= 0;
    });
    const auto with = wait_for(disk.path(), {.check_device_max_retries = 1});
    BOOST_TEST(with.report.state == State::busy);
    BOOST_TEST(with.report.holders.at(0).path == partition);
    const auto without = wait_for(disk.path(), {.check_device_children = false});
    BOOST_TEST(without.report.state == State::free);
}

BOOST_AUTO_TEST_CASE(kernel_claims_can_be_left_alone) {
    if (skipped()) return;
    const test::LoopDisk second(disk.path(), 0);
    if (!second.attached()) return;
    const auto with = wait_for(disk.path(), {.check_device_max_retries = 1});
    BOOST_TEST(with.report.claims.at(0).kind == device::ClaimKind::loop);
    BOOST_TEST(with.report.claims.at(0).detail == second.path().string());
    const auto without = wait_for(disk.path(), {.check_device_kernel_claims = false});
    BOOST_TEST(without.report.state == State::free);
}

BOOST_AUTO_TEST_CASE(a_descriptor_in_flight_cannot_be_seen_and_is_doubted_if_strict) {
    if (skipped()) return;
    const test::Child sender([&] { return send_into_nowhere(disk.path().c_str()); });
    BOOST_REQUIRE(sender.prepared());
    for (const Probe probe : probes) {
        const auto strict =
            wait_for(disk.path(), {.check_device_probe = probe, .check_device_strict = true});
        BOOST_TEST(strict.report.state == State::unknown);
    }
}

BOOST_AUTO_TEST_CASE(in_a_pid_namespace_of_its_own_the_state_is_unknown) {
    if (skipped()) return;
    // The first child of the namespace asks; it needs a /proc of its own.
    const test::Child holder(opening());
    const auto answer = scratch.path() / "answer";
    const pid_t maker = ::fork();
    if (maker == 0) {
        if (::unshare(CLONE_NEWPID | CLONE_NEWNS) != 0) ::_exit(1);
        const pid_t first = ::fork();
        if (first == 0) {
            ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr);
            ::mount("proc", "/proc", "proc", 0, nullptr);
            asio::io_context context;
            device::async_wait_until_free(
                context.get_executor(), {disk.path()}, {.check_device_max_retries = 1},
                [&](std::exception_ptr, const std::vector<device::WaitResult>& results) {
                    std::ofstream(answer) << results.at(0).report.reason;
                });
            context.run();
            ::_exit(0);
        }
        ::waitpid(first, nullptr, 0);
        ::_exit(0);
    }
    ::waitpid(maker, nullptr, 0);
    BOOST_TEST(test::read_file(answer).starts_with("this process runs in a PID namespace"));
}

BOOST_AUTO_TEST_SUITE_END()
