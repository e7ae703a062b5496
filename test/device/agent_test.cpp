// What an agent does beside waiting: it locks, waits for devices to come, and fails as Ironic does.
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <fstream>
#include <loopingcall/device/instance_deploy_failure.hpp>
#include <loopingcall/device/whole_disk_lock.hpp>
#include <sstream>

#include "support/child.hpp"
#include "support/forked.hpp"
#include "support/loop_disk.hpp"
#include "waiting.hpp"

using namespace std::chrono_literals;
namespace asio = boost::asio;
namespace device = loopingcall::device;
using device::State;
using device::WholeDiskLock;

namespace {

bool is_locked(const std::filesystem::path& path) {
    const int opened = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    const bool locked = ::flock(opened, LOCK_EX | LOCK_NB) != 0;
    ::close(opened);
    return locked;
}

std::string text_of(const device::WaitResult& result) {
    try {
        device::require_free({result});
    } catch (const device::InstanceDeployFailure& failure) {
        BOOST_TEST(failure.result().report.state == result.report.state);
        return failure.what();
    }
    return {};
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(agent, test::Waiting)

BOOST_AUTO_TEST_CASE(a_lock_lasts_as_long_as_its_object_and_does_not_count_as_a_holder) {
    {
        const WholeDiskLock lock(file);
        BOOST_TEST(lock.disk() == file);
        BOOST_TEST(is_locked(file));
        BOOST_TEST(wait_for(file, {}).report.state == State::free);
        boost::system::error_code error;
        BOOST_TEST(!WholeDiskLock::try_lock(file, error).has_value());
        BOOST_TEST((error == boost::system::errc::resource_unavailable_try_again));
        BOOST_CHECK_THROW(WholeDiskLock{file}, boost::system::system_error);
    }
    BOOST_TEST(!is_locked(file));
    boost::system::error_code missing;
    BOOST_TEST(!WholeDiskLock::try_lock("/no/such/disk", missing).has_value());
    BOOST_TEST((missing == boost::system::errc::no_such_file_or_directory));
}

BOOST_AUTO_TEST_CASE(the_lock_of_a_partition_is_that_of_its_disk) {
    const test::LoopDisk disk(file, 8);
    if (!disk.attached()) return;
    const auto partition = disk.add_partition();
    while (!std::filesystem::exists(partition)) continue;
    WholeDiskLock lock(partition);
    BOOST_TEST(lock.disk() == disk.path());
    const WholeDiskLock moved = std::move(lock);
    BOOST_TEST(is_locked(disk.path()));
}

BOOST_AUTO_TEST_CASE(a_failure_has_the_texts_of_ironic) {
    device::WaitResult result{.report = {.device = "/dev/sda", .state = State::free}};
    BOOST_TEST(text_of(result).empty());
    result.report.state = State::busy;
    result.report.holders = {{.pid = 12}, {.pid = 34}};
    BOOST_TEST(text_of(result) ==
               "Disk partitioning failed on device /dev/sda. Processes with the following PIDs are "
               "holding it: 12, 34. Time out waiting for completion.");
    result.report.holders.clear();
    result.report.claims = {{device::ClaimKind::mount, "/mnt", "/dev/sda"}};
    BOOST_TEST(
        text_of(result) ==
        "Disk partitioning failed on device /dev/sda. Fuser exited with \"mounted on /mnt\". "
        "Time out waiting for completion.");
    result.report = {.device = "/dev/sda", .reason = "no such device"};
    BOOST_TEST(text_of(result) ==
               "Disk partitioning failed on device /dev/sda. Fuser exited with \"no such device\". "
               "Time out waiting for completion.");
}

BOOST_AUTO_TEST_CASE(the_busy_one_of_several_is_what_fails) {
    const device::WaitResult unknown{.report = {.device = "a", .reason = "why"}};
    const device::WaitResult busy{
        .report = {.device = "b", .state = State::busy, .holders = {{.pid = 1}}}};
    BOOST_CHECK_EXCEPTION(
        device::require_free({unknown, busy}), device::InstanceDeployFailure,
        [](const auto& failure) { return failure.result().report.device == "b"; });
}

BOOST_AUTO_TEST_CASE(a_device_that_is_to_come_is_waited_for_and_seen_at_once) {
    const auto late = scratch.path() / "late";
    const auto result = wait_for(late, {.check_device_interval = 60s,
                                        .wait_for_device = true,
                                        .on_check = [&](const device::Check& check) {
                                            if (check.number == 1) scratch.file("late");
                                        }});
    BOOST_TEST(result.report.state == State::free);
    BOOST_TEST((result.elapsed < 30s));
}

BOOST_AUTO_TEST_CASE(a_device_that_never_comes_is_given_up_when_the_retries_are_spent) {
    const auto result = wait_for(
        "/no/such/device",
        {.check_device_interval = 10ms, .check_device_max_retries = 3, .wait_for_device = true});
    BOOST_TEST(result.report.state == State::unknown);
    BOOST_TEST(result.report.reason == "no such device");
    BOOST_TEST(result.checks == 3U);
}

BOOST_AUTO_TEST_CASE(a_device_that_is_removed_is_reported_and_not_followed) {
    const test::Child holder([&] { return ::open(file.c_str(), O_RDONLY | O_CLOEXEC) >= 0; });
    const auto result =
        wait_for(file, {.check_device_interval = 60s, .on_check = [&](const device::Check& check) {
                            if (check.number == 1) std::filesystem::remove(file);
                        }});
    BOOST_TEST(result.report.state == State::unknown);
    BOOST_TEST(result.report.reason == "it was removed during the wait");
    BOOST_TEST(result.report.holders.empty());  // no stale ones
}

BOOST_AUTO_TEST_CASE(a_device_has_to_stay_free_for_the_quiet_period) {
    std::unique_ptr<test::Child> holder;
    int checks = 0;
    const auto open = [&] { return ::open(file.c_str(), O_RDONLY | O_CLOEXEC) >= 0; };
    const auto result = wait_for(file, {.check_device_interval = 50ms,
                                        .check_device_quiet = 400ms,
                                        .on_check = [&](const device::Check&) {
                                            ++checks;
                                            if (checks == 2)
                                                holder = std::make_unique<test::Child>(open);
                                            if (checks == 5) holder->let_go();
                                        }});
    BOOST_TEST(result.report.state == State::free);
    BOOST_TEST((result.elapsed >= 450ms));
    BOOST_TEST(result.checks > 5U);
}

BOOST_AUTO_TEST_CASE(a_caller_without_access_to_all_processes_gets_unknown_and_a_remedy) {
    if (::geteuid() != 0) return;
    const test::Child holder([&] { return ::open(file.c_str(), O_RDONLY | O_CLOEXEC) >= 0; });
    std::filesystem::permissions(scratch.path(), std::filesystem::perms::all);
    const auto answer = scratch.path() / "answer";
    BOOST_TEST(test::in_forked_child([&] {
                   test::become_nobody();
                   asio::io_context context;
                   device::async_wait_until_free(
                       context.get_executor(), {file}, {.check_device_max_retries = 1},
                       [&](std::exception_ptr, const std::vector<device::WaitResult>& results) {
                           std::ofstream(answer) << results.at(0).report.reason;
                       });
                   context.run();
                   return 0;
               }) == 0);
    BOOST_TEST(test::read_file(answer).ends_with(
        "could not be inspected and may hold the device; run as root or set root_helper"));
}

BOOST_AUTO_TEST_CASE(sixty_four_devices_are_checked_eight_at_a_time) {
    std::vector<std::filesystem::path> files;
    for (int i = 0; i < 64; ++i) files.push_back(scratch.file("disk" + std::to_string(i)));
    const auto count = scratch.path() / "running";
    std::filesystem::create_directory(count);
    // Each leaves a mark while it runs, and notes how many marks there are.
    const test::FakeFuser fake(
        scratch, "touch '" + count.string() + "'/$$; ls '" + count.string() + "' | wc -l >> '" +
                     count.string() + ".most'; sleep 0.02; rm '" + count.string() + "'/$$; exit 1");
    const auto waited = wait(files, {});
    BOOST_TEST(waited.results.size() == 64U);
    BOOST_TEST(device::worst_state(waited.results) == State::free);
    std::istringstream numbers(test::read_file(count.string() + ".most"));
    int most = 0;
    int runs = 0;
    for (int number = 0; numbers >> number; ++runs) most = std::max(most, number);
    BOOST_TEST(runs == 64);
    BOOST_TEST(most <= 8);
    BOOST_TEST(most > 1);
}

BOOST_AUTO_TEST_SUITE_END()
