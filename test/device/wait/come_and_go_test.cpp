// Names and devices that vanish and come back while they are waited for.
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>

#include "device/waiting.hpp"
#include "support/child.hpp"
#include "support/loop_disk.hpp"

using namespace std::chrono_literals;
namespace device = loopingcall::device;
using device::State;

namespace {

const std::string removed = "it was removed during the wait";

/// Waits while something happens at each check.
struct ComingAndGoing : test::Waiting {
    std::vector<std::string> reasons = {};  // of unknown, one after the other
    std::vector<std::string> changes = {};

    device::WaitResult wait_while(const std::filesystem::path& path, device::WaitOptions options,
                                  const std::function<void(const device::Check&)>& at) {
        options.wait_for_device = true;
        options.on_check = [&](const device::Check& check) {
            reasons.push_back(check.report.reason);
            changes.insert(changes.end(), check.report.changes.begin(), check.report.changes.end());
            at(check);
        };
        return wait_for(path, options);
    }

    [[nodiscard]] bool was_removed() const {
        return std::find(reasons.begin(), reasons.end(), removed) != reasons.end();
    }
    [[nodiscard]] bool has_changed(const std::string& text) const {
        return std::find(changes.begin(), changes.end(), text) != changes.end();
    }

    [[nodiscard]] std::unique_ptr<test::Child> hold(const std::filesystem::path& path) const {
        return std::make_unique<test::Child>(
            [&] { return ::open(path.c_str(), O_RDONLY | O_CLOEXEC) >= 0; });
    }
};

/// With a disk, or a message that there is none.
struct RealDisk : ComingAndGoing {
    test::LoopDisk disk{file, 8};
    std::filesystem::path partition =
        disk.attached() ? disk.add_partition() : std::filesystem::path{};

    [[nodiscard]] bool skipped() const {
        if (partition.empty()) BOOST_TEST_MESSAGE("skipped: no partition here (needs root)");
        return partition.empty();
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(come_and_go, ComingAndGoing)

BOOST_AUTO_TEST_CASE(a_file_that_is_removed_and_comes_back_is_waited_for_and_seen_at_once) {
    const auto holder = hold(file);
    const auto result =
        wait_while(file, {.check_device_interval = 60s}, [&](const device::Check& check) {
            if (check.report.state == State::busy) std::filesystem::remove(file);
            if (check.report.state == State::unknown) scratch.file("disk");
        });
    BOOST_TEST(result.report.state == State::free);  // the new one
    BOOST_TEST(was_removed());
    BOOST_TEST(has_changed("it is there again"));
    BOOST_TEST((result.elapsed < 30s));
}

BOOST_AUTO_TEST_CASE(a_symbolic_link_that_is_made_again_is_waited_for_wherever_it_leads) {
    const auto other = scratch.file("other");
    const auto link = scratch.path() / "by-id" / "root";
    std::filesystem::create_directory(link.parent_path());
    for (const auto& target : {file, other}) {
        reasons.clear();
        std::filesystem::create_symlink(file, link);
        auto holder = hold(file);
        auto of_target = target == file ? nullptr : hold(target);
        int vanished = 0;
        const auto result =
            wait_while(link, {.check_device_interval = 60s}, [&](const device::Check& check) {
                if (check.report.state == State::busy && vanished == 0) {
                    std::filesystem::remove_all(link.parent_path());
                }
                if (check.report.state == State::unknown && vanished++ == 0) {
                    std::filesystem::create_directory(link.parent_path());
                    std::filesystem::create_symlink(target, link);
                } else if (check.report.state == State::busy && vanished > 0) {
                    BOOST_TEST(check.report.holders.at(0).path == target);
                    (of_target ? of_target : holder)->let_go();
                }
            });
        BOOST_TEST(result.report.state == State::free);
        BOOST_TEST(was_removed());
        BOOST_TEST((result.elapsed < 30s));
        std::filesystem::remove(link);
    }
}

BOOST_AUTO_TEST_CASE(another_file_that_takes_the_name_between_two_checks_is_followed) {
    const auto other = scratch.file("other");
    const auto holder = hold(file);
    const auto result =
        wait_while(file, {.check_device_interval = 60s}, [&](const device::Check& check) {
            if (check.report.state == State::busy) std::filesystem::rename(other, file);
        });
    BOOST_TEST(result.report.state == State::free);
    BOOST_TEST(has_changed("another device has its name"));
}

BOOST_AUTO_TEST_CASE(one_that_does_not_come_back_is_given_up_when_the_retries_are_spent) {
    const auto holder = hold(file);
    const auto result =
        wait_while(file, {.check_device_interval = 20ms, .check_device_max_retries = 4},
                   [&](const device::Check&) { std::filesystem::remove(file); });
    BOOST_TEST(result.report.state == State::unknown);
    BOOST_TEST(result.report.reason == removed);
    BOOST_TEST(result.report.holders.empty());
}

BOOST_AUTO_TEST_CASE(what_comes_back_has_to_be_quiet_from_then_on) {
    std::chrono::steady_clock::time_point back{};
    const auto result =
        wait_while(file, {.check_device_interval = 100ms, .check_device_quiet = 400ms},
                   [&](const device::Check& check) {
                       if (back != std::chrono::steady_clock::time_point{}) return;
                       if (check.report.state == State::free) std::filesystem::remove(file);
                       if (check.report.state != State::unknown) return;
                       scratch.file("disk");
                       back = std::chrono::steady_clock::now();
                   });
    BOOST_TEST(result.report.state == State::free);
    BOOST_TEST(was_removed());
    BOOST_TEST((std::chrono::steady_clock::now() - back >= 400ms));
}

BOOST_AUTO_TEST_CASE(of_several_devices_one_that_has_gone_meanwhile_is_waited_for) {
    const auto last = scratch.file("last");
    auto holder = hold(last);
    const auto waited = wait({file, last}, {.check_device_interval = 20ms,
                                            .wait_for_device = true,
                                            .on_check = [&](const device::Check& check) {
                                                const bool is_last = check.report.device == last;
                                                if (is_last && check.number == 2) {
                                                    std::filesystem::remove(file);
                                                    holder->let_go();
                                                }
                                                if (check.report.reason == removed) {
                                                    reasons.push_back(check.report.reason);
                                                    scratch.file("disk");
                                                }
                                            }});
    BOOST_TEST(device::worst_state(waited.results) == State::free);
    BOOST_TEST(was_removed());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(come_and_go_disk, RealDisk)

BOOST_AUTO_TEST_CASE(a_partition_that_is_removed_and_made_again_is_waited_for) {
    if (skipped()) return;
    const auto link = scratch.path() / "by-partlabel-root";
    std::filesystem::create_symlink(partition, link);
    for (const auto& path : {partition, link}) {
        auto holder = hold(partition);
        reasons.clear();
        const auto result =
            wait_while(path, {.check_device_interval = 100ms}, [&](const device::Check& check) {
                if (check.report.state == State::busy) {
                    holder->let_go();
                    disk.remove_partition();
                }
                if (check.report.state == State::unknown) (void)disk.add_partition();
            });
        BOOST_TEST(result.report.state == State::free);
        BOOST_TEST(was_removed());
    }
}

BOOST_AUTO_TEST_CASE(one_that_is_made_again_between_two_checks_begins_its_quiet_period_again) {
    if (skipped()) return;
    bool again = false;
    std::chrono::steady_clock::time_point back{};
    const auto result =
        wait_while(partition, {.check_device_interval = 200ms, .check_device_quiet = 600ms},
                   [&](const device::Check&) {
                       if (std::exchange(again, true)) return;
                       disk.remove_partition();
                       (void)disk.add_partition();
                       back = std::chrono::steady_clock::now();
                   });
    BOOST_TEST(result.report.state == State::free);
    BOOST_TEST((std::chrono::steady_clock::now() - back >= 600ms));
    BOOST_TEST((has_changed("it was made again") || has_changed("another device has its name") ||
                was_removed()));
}

BOOST_AUTO_TEST_CASE(without_the_option_a_partition_that_has_gone_is_unknown) {
    if (skipped()) return;
    auto holder = hold(partition);
    const auto result =
        wait_for(partition, {.check_device_interval = 50ms, .on_check = [&](const device::Check&) {
                                 holder->let_go();
                                 disk.remove_partition();
                             }});
    BOOST_TEST(result.report.state == State::unknown);
    BOOST_TEST(result.report.reason == removed);
}

BOOST_AUTO_TEST_CASE(another_disk_under_the_same_name_is_followed) {
    if (skipped()) return;
    disk.remove_partition();
    const auto other = scratch.file("other");
    auto holder = hold(disk.path());
    bool replaced = false;
    const auto result =
        wait_while(disk.path(), {.check_device_interval = 50ms}, [&](const device::Check&) {
            if (std::exchange(replaced, true)) return;
            holder->let_go();
            BOOST_TEST(disk.replace(other));
        });
    BOOST_TEST(result.report.state == State::free);
    BOOST_TEST((has_changed("another device has its name") || has_changed("it is there again")));
}

// As in a container, whose /dev is never updated.
BOOST_AUTO_TEST_CASE(a_node_without_its_device_is_missing_and_waited_for) {
    if (skipped()) return;
    struct stat status {};
    BOOST_REQUIRE(::stat(partition.c_str(), &status) == 0);
    const auto node = scratch.path() / "node";
    BOOST_REQUIRE(::mknod(node.c_str(), S_IFBLK | 0600, status.st_rdev) == 0);
    disk.remove_partition();
    const auto missing = wait_for(node, {});
    BOOST_TEST(missing.report.state == State::unknown);
    BOOST_TEST(missing.report.reason.starts_with("the kernel shows no block device "));
    struct stat now {};
    const auto result =
        wait_while(node, {.check_device_interval = 50ms}, [&](const device::Check& check) {
            if (check.report.state == State::unknown && check.number == 2) {
                (void)disk.add_partition();
                BOOST_REQUIRE(::stat(partition.c_str(), &now) == 0);
            }
        });
    const bool same_number = now.st_rdev == status.st_rdev;  // another may have taken it
    if (same_number) BOOST_TEST(result.report.state != State::busy, result.report.reason);
}

BOOST_AUTO_TEST_SUITE_END()
