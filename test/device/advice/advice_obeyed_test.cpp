// Each advice is executed by a shell, and makes the device free, if not at once then step by step.
#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/swap.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <fstream>

#include "device/situation.hpp"
#include "device/waiting.hpp"
#include "support/child.hpp"
#include "support/loop_disk.hpp"
#include "support/run_program.hpp"

namespace device = loopingcall::device;
namespace fs = std::filesystem;
using device::State;
using namespace std::chrono_literals;

namespace {

bool opens(const fs::path& path, int flags = O_RDWR | O_CREAT) {
    return ::open(path.c_str(), flags | O_CLOEXEC, 0600) >= 0;
}

/// The process that an advice kills, if it is of that kind.
class KilledProcess {
  public:
    explicit KilledProcess(const std::string& advice) {
        pid_t pid = 0;
        if (std::sscanf(advice.c_str(), "kill %d", &pid) != 1) return;
        pidfd_ = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
        BOOST_TEST(pidfd_ >= 0, advice);
    }
    ~KilledProcess() {
        if (pidfd_ >= 0) ::close(pidfd_);
    }
    KilledProcess(const KilledProcess&) = delete;
    KilledProcess& operator=(const KilledProcess&) = delete;

    /// Waits for its end, which the signal only begins.
    void wait() const {
        if (pidfd_ < 0) return;
        pollfd end{.fd = pidfd_, .events = POLLIN, .revents = 0};
        constexpr int limit_in_ms = 60'000;
        BOOST_TEST(::poll(&end, 1, limit_in_ms) == 1);
    }

  private:
    int pidfd_ = -1;
};

struct Obeyed : test::Waiting {
    test::LoopDisk disk{file, 32};
    std::vector<std::string> steps = {};

    Obeyed() {
        if (!disk.attached()) BOOST_TEST_MESSAGE("skipped: no loop device here (needs root)");
    }

    [[nodiscard]] bool formatted() const {
        return disk.attached() && test::run_program("mke2fs -q -F " + disk.path().string());
    }

    [[nodiscard]] fs::path mount_at(const std::string& name, const fs::path& node) const {
        const fs::path point = scratch.path() / name;
        fs::create_directory(point);
        BOOST_REQUIRE(::mount(node.c_str(), point.c_str(), "ext2", 0, nullptr) == 0);
        return point;
    }
    [[nodiscard]] fs::path mount_at(const std::string& name) const {
        return mount_at(name, disk.path());
    }

    /// Does what is advised until nothing is, at most eight times; never the same twice.
    void obey(const fs::path& path) {
        steps.clear();
        for (int step = 0; step < 8; ++step) {
            const auto report = wait_for(path, {.check_device_max_retries = 1,
                                                .check_device_probe = device::Probe::procfs})
                                    .report;
            BOOST_TEST((report.state == State::free) == report.advice.empty(), report.reason);
            if (report.state == State::unknown) continue;  // too many processes come and go here
            if (report.advice.empty()) return;
            BOOST_TEST(std::count(steps.begin(), steps.end(), report.advice) == 0, report.advice);
            steps.push_back(report.advice);
            const KilledProcess killed(report.advice);
            const auto done = test::shell(report.advice);
            BOOST_TEST(done.exit_code == 0, report.advice << ": " << done.err);
            killed.wait();
        }
        BOOST_TEST(false, "still in use after " << steps.size() << " steps");
    }

    [[nodiscard]] std::string first_words() const {
        std::string words;
        for (const std::string& step : steps) words += step.substr(0, step.find(' ')) + ' ';
        return words;
    }
};

const std::string hostile_points[] = {"m nt",      "a'b",      "$(rm -rf x)", "a\nb",
                                      "newline\n", "-rf",      "a;b&c",       "caf\xC3\xA9",
                                      "\x1b[2J",   "\xff\xfe", "back\\slash", "*?"};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(advice_obeyed, Obeyed)

BOOST_AUTO_TEST_CASE(each_situation_ends_when_the_advice_is_followed) {
    for (const test::NamedSituation& named : test::situations()) {
        const auto situation = named.make();
        if (situation->device().empty()) continue;
        BOOST_TEST_CONTEXT(named.name) {
            obey(situation->device());
            BOOST_TEST(!steps.empty());
        }
    }
}

BOOST_AUTO_TEST_CASE(a_mount_point_with_a_hostile_name_is_unmounted) {
    if (!formatted()) return;
    for (const std::string& name : hostile_points) {
        BOOST_TEST_CONTEXT(name) {
            const fs::path point = mount_at(name);
            obey(disk.path());
            BOOST_TEST(steps.size() == 1U);
            BOOST_TEST(::umount(point.c_str()) != 0);
        }
    }
}

BOOST_AUTO_TEST_CASE(what_lies_on_a_mount_goes_before_it) {
    if (!formatted()) return;
    const fs::path point = mount_at("mnt");
    const fs::path image = point / "image";
    std::ofstream(image).close();
    const test::LoopDisk inner(image, 16);
    BOOST_REQUIRE(test::run_program("mke2fs -q -F " + inner.path().string()));
    const fs::path inner_point = mount_at("mnt/inner", inner.path());
    const test::Child inside([&] { return opens(inner_point / "file"); });
    const test::Child outside([&] { return ::chdir(point.c_str()) == 0; });
    obey(disk.path());
    // The loop device is released with the last mount of it, and needs no step of its own.
    BOOST_TEST((first_words() == "kill umount losetup kill umount " ||
                first_words() == "kill umount kill losetup umount " ||
                first_words() == "kill kill umount losetup umount "),
               first_words());
}

/// The disk's own image lies on the file system of which only a directory is mounted here.
BOOST_AUTO_TEST_CASE(what_lies_elsewhere_on_the_file_system_of_a_mount_is_left_alone) {
    if (!disk.attached()) return;
    const fs::path point = scratch.path() / "mnt";
    const fs::path elsewhere = scratch.path() / "elsewhere";
    for (const fs::path& directory : {point, elsewhere}) fs::create_directory(directory);
    const auto bind = [&](const fs::path& to) {
        fs::create_directory(to);
        return ::mount(elsewhere.c_str(), to.c_str(), nullptr, MS_BIND, nullptr) == 0;
    };
    const auto look_at = [&](const fs::path& device) {
        return wait_for(device, {.check_device_max_retries = 1,
                                 .check_device_probe = device::Probe::procfs,
                                 .explain = true})
            .report;
    };
    BOOST_REQUIRE(::mount("none", point.c_str(), "tmpfs", 0, nullptr) == 0);
    BOOST_REQUIRE(bind(point / "below"));
    BOOST_TEST(look_at(point).advice == "umount " + (point / "below").string());
    BOOST_REQUIRE(::umount((point / "below").c_str()) == 0);
    BOOST_REQUIRE(::umount(point.c_str()) == 0);

    BOOST_REQUIRE(bind(point));
    {
        const test::Child inside([&] { return ::chdir(point.c_str()) == 0; });
        const auto report = look_at(point);
        BOOST_TEST(report.advice.starts_with("kill " + std::to_string(inside.pid())),
                   report.advice);
        BOOST_REQUIRE(report.tree.size() == 1U);
        BOOST_TEST(report.tree.front().uses.size() == 1U);
    }
    BOOST_REQUIRE(::umount(point.c_str()) == 0);
}

BOOST_AUTO_TEST_CASE(one_mount_over_another_goes_first) {
    if (!formatted()) return;
    const fs::path point = mount_at("mnt");
    BOOST_REQUIRE(::mount("none", point.c_str(), "tmpfs", 0, nullptr) == 0);
    steps.clear();
    for (int i = 0; i < 2; ++i) {
        const auto report = wait_for(disk.path(), {.check_device_max_retries = 1}).report;
        BOOST_TEST(test::shell(report.advice).exit_code == 0, report.advice);
    }
    BOOST_TEST(wait_for(disk.path(), {.check_device_max_retries = 1}).report.state == State::free);
}

BOOST_AUTO_TEST_CASE(after_a_lazy_unmount_the_process_with_an_open_file_is_stopped) {
    if (!formatted()) return;
    const fs::path point = mount_at("mnt");
    const test::Child child([&] { return opens(point / "file"); });
    BOOST_REQUIRE(child.prepared());
    BOOST_REQUIRE(::umount2(point.c_str(), MNT_DETACH) == 0);
    obey(disk.path());
    BOOST_TEST(first_words() == "kill ");
}

BOOST_AUTO_TEST_CASE(a_mount_in_another_namespace_is_unmounted_there) {
    if (!formatted()) return;
    const fs::path point = scratch.path() / "a b";
    fs::create_directory(point);
    const test::Child child([&] {
        return test::unshare_mounts() &&
               ::mount(disk.path().c_str(), point.c_str(), "ext2", 0, nullptr) == 0;
    });
    BOOST_REQUIRE(child.prepared());
    obey(disk.path());
    BOOST_TEST(first_words() == "nsenter ");
}

BOOST_AUTO_TEST_CASE(the_user_of_a_loop_device_goes_before_the_loop_device) {
    if (!disk.attached()) return;
    const test::Child child([&] { return opens(disk.path(), O_RDWR); });
    BOOST_REQUIRE(child.prepared());
    obey(file);
    BOOST_TEST(first_words() == "kill losetup ");
}

BOOST_AUTO_TEST_CASE(swap_on_a_loop_device_goes_before_the_loop_device) {
    if (!disk.attached() || !test::run_program("mkswap " + disk.path().string())) return;
    if (::swapon(disk.path().c_str(), 0) != 0) return;
    obey(file);
    BOOST_TEST(first_words() == "swapoff losetup ");
}

BOOST_AUTO_TEST_CASE(the_user_of_a_partition_is_stopped) {
    if (!disk.attached()) return;
    const fs::path node = disk.add_partition();
    BOOST_REQUIRE(!node.empty());
    while (!fs::exists(node)) continue;
    const test::Child child([&] { return opens(node, O_RDONLY); });
    obey(disk.path());
    BOOST_TEST(first_words() == "kill ");
}

BOOST_AUTO_TEST_CASE(the_holder_of_the_lock_is_stopped) {
    if (!disk.attached()) return;
    const test::Child child([&] {
        const int node = ::open(disk.path().c_str(), O_RDONLY | O_CLOEXEC);
        return ::flock(node, LOCK_EX) == 0;
    });
    obey(disk.path());
    BOOST_TEST(first_words() == "kill ");
}

BOOST_AUTO_TEST_CASE(a_wait_that_is_free_has_neither_advice_nor_tree_unless_asked) {
    const fs::path unused = scratch.file("unused");
    const auto result = wait_for(unused, {.check_device_max_retries = 1});
    BOOST_TEST(result.report.advice == "");
    BOOST_TEST(result.report.tree.empty());
    const auto explained = wait_for(unused, {.check_device_max_retries = 1, .explain = true});
    BOOST_REQUIRE(explained.report.tree.size() == 1U);
    BOOST_TEST(explained.report.tree.front().name == unused.native());
}

BOOST_AUTO_TEST_SUITE_END()
