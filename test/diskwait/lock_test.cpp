// diskwait --lock: two of them, our own openings, and signals between the wait and COMMAND.
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <loopingcall/device/whole_disk_lock.hpp>
#include <thread>
#include <vector>

#include "device/waiting.hpp"
#include "program.hpp"
#include "run_child.hpp"
#include "support/forked.hpp"
#include "support/loop_disk.hpp"

using namespace std::chrono_literals;
namespace device = loopingcall::device;

namespace {

/// A signal to this process as if the terminal had sent it.
bool send_as_the_terminal(int number) {
    siginfo_t info{};
    info.si_signo = number;
    info.si_code = SI_KERNEL;
    return ::syscall(SYS_rt_sigqueueinfo, ::getpid(), number, &info) == 0;
}

/// Whose COMMAND exits with 77 at a SIGTERM.
pid_t begin_to_lock(const std::filesystem::path& file) {
    const pid_t child = ::fork();
    if (child != 0) return child;
    ::execl(TEST_DISKWAIT, TEST_DISKWAIT, "-q", "--probe", "procfs", "-n", "1", "--lock",
            "--no-default-config", file.c_str(), "--", "/bin/sh", "-c",
            "trap 'exit 77' TERM; while :; do sleep 0.02; done", nullptr);
    ::_exit(1);
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(lock, test::Program)

BOOST_AUTO_TEST_CASE(two_that_lock_the_same_disks_in_crossed_orders_never_wait_for_each_other) {
    const test::LoopDisk one(scratch.file("one"), 8);
    const test::LoopDisk other(scratch.file("other"), 8);
    if (!one.attached() || !other.attached()) return;
    const std::string a = one.path().string();
    const std::string b = other.path().string();
    // Each COMMAND would see the other one's mark if both had the locks.
    const std::string mark = (scratch.path() / "mark").string();
    // A machine on which processes come and go all the time may be too lively for a check (3).
    const std::string command = " -- sh -c 'mkdir " + mark + " && rmdir " + mark +
                                "'; case $? in 0|3) ;; *) exit 1;; esac; ";
    const std::string lock =
        "timeout 60 '" TEST_DISKWAIT "' -q --no-udev -n 100000 -i 10ms --probe procfs --lock ";
    const auto loop = [&](const std::string& devices) {
        return "(for i in $(seq 10); do " + lock + devices + command + "done) & ";
    };
    const auto ended = shell(loop(a + ' ' + b) + "first=$!; " + loop(b + ' ' + a) +
                             "second=$!; wait $first && wait $second");
    BOOST_TEST(ended.exit_code == 0, ended.err);
}

BOOST_AUTO_TEST_CASE(our_own_lock_neither_wakes_a_wait_nor_restarts_its_quiet_period) {
    const test::LoopDisk disk(scratch.file("disk"), 8);
    if (!disk.attached()) return;
    int openings = 0;
    int woken = 0;
    boost::asio::io_context context;
    std::optional<device::WaitResult> result;
    device::async_wait_until_free(
        context.get_executor(), {disk.path()},
        {.check_device_interval = 60s,
         .check_device_probe = device::Probe::procfs,
         .check_device_quiet = 400ms,
         .check_device_udev = false,
         .on_check = [&](const device::Check& check) { woken += check.early_wake ? 1 : 0; }},
        [&](const std::exception_ptr&, std::vector<device::WaitResult> results) {
            result = std::move(results.at(0));
        });
    boost::asio::steady_timer timer(context);
    std::function<void()> lock_again = [&] {
        timer.expires_after(20ms);
        timer.async_wait([&](boost::system::error_code) {
            if (result) return;
            const device::WholeDiskLock lock(disk.path());
            ++openings;
            lock_again();
        });
    };
    lock_again();
    context.run();
    BOOST_TEST(openings > 2);
    BOOST_TEST(result->report.state == device::State::free);
    // The check that ends the period is the only one that the interval does not bring.
    BOOST_TEST(woken <= 1);
    BOOST_TEST((result->elapsed < 30s));
}

BOOST_AUTO_TEST_CASE(the_quiet_period_is_over_in_its_time_under_the_lock) {
    const test::LoopDisk disk(scratch.file("disk"), 8);
    if (!disk.attached()) return;
    const auto ended =
        diskwait({"-q", "--no-udev", "--probe", "procfs", "-i", "60s", "--quiet-period", "300ms",
                  "--lock", disk.path().string(), "--", "true"});
    BOOST_TEST(ended.exit_code == 0, ended.err);
    BOOST_TEST((ended.elapsed >= 300ms));
    BOOST_TEST((ended.elapsed < 30s));
}

/// Several at a time, each with a file of its own: they would see one another hold it.
BOOST_AUTO_TEST_CASE(no_signal_between_the_wait_and_the_command_is_lost) {
    constexpr int lanes = 4;
    std::vector<std::filesystem::path> files;
    for (int lane = 0; lane < lanes; ++lane) {
        files.push_back(scratch.file("disk" + std::to_string(lane)));
    }
    std::array<int, 200> all_ended{};
    const auto run = [&](int lane) {
        for (int i = lane; i < 200; i += lanes) {
            const pid_t child = begin_to_lock(files[static_cast<std::size_t>(lane)]);
            // From before the wait to well after the start of COMMAND.
            ::usleep(static_cast<useconds_t>(400 * i));
            int& ended = all_ended[static_cast<std::size_t>(i)];
            const bool done = ::kill(child, SIGTERM) == 0 && ::waitpid(child, &ended, 0) == child;
            if (!done) ended = -1;
        }
    };
    {
        std::vector<std::jthread> threads;
        for (int lane = 0; lane < lanes; ++lane) threads.emplace_back(run, lane);
    }
    int of_diskwait = 0;
    int of_command = 0;
    for (const int ended : all_ended) {
        const bool by_signal = WIFSIGNALED(ended) && WTERMSIG(ended) == SIGTERM;
        const int code = WIFEXITED(ended) ? WEXITSTATUS(ended) : -1;
        BOOST_TEST((by_signal || code == 128 + SIGTERM || code == 77), ended);
        (code == 77 ? of_command : of_diskwait) += 1;
    }
    BOOST_TEST_MESSAGE(of_diskwait << " ended by us, " << of_command << " by COMMAND");
}

/// The terminal sends it to the process group, and COMMAND is not in it yet.
BOOST_AUTO_TEST_CASE(a_signal_of_the_terminal_before_the_command_is_started_reaches_it) {
    for (const int number : {SIGINT, SIGQUIT, SIGTERM, SIGHUP}) {
        const int code = test::in_forked_child([&] {
            const auto inherited = loopingcall::process::SignalState::current();
            diskwait::HeldSignals held;
            if (!send_as_the_terminal(number)) return 99;
            return diskwait::run_child({"sleep", "1000"}, inherited, held);
        });
        BOOST_TEST(code == 128 + number);
    }
}

BOOST_AUTO_TEST_SUITE_END()
