// A process that may not see everything never finds a device free: each kind of limit, each probe,
// with a holder and without one.
#include "device/rights/rights.hpp"

#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <fstream>
#include <functional>

#include "device/waiting.hpp"
#include "support/child.hpp"
#include "support/forked.hpp"
#include "support/loop_disk.hpp"

namespace asio = boost::asio;
namespace device = loopingcall::device;
namespace fs = std::filesystem;
using device::Probe;
using device::State;

namespace {

constexpr Probe probes[] = {Probe::fuser, Probe::lsof, Probe::procfs};

/// Keeps these capabilities and no others, for programs that are started, too.
bool keep_only(std::uint64_t kept) {
    for (unsigned number = 0; number <= 40; ++number) {
        if ((kept >> number & 1U) == 0) ::prctl(PR_CAPBSET_DROP, number, 0, 0, 0);
    }
    __user_cap_header_struct header{.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
    __user_cap_data_struct data[2]{};
    for (unsigned half = 0; half < 2; ++half) {
        data[half].effective = data[half].permitted = static_cast<unsigned>(kept >> (32 * half));
    }
    return ::syscall(SYS_capset, &header, data) == 0;
}

bool drop(std::initializer_list<unsigned> lost) {
    std::uint64_t kept = (1ULL << 41U) - 1;
    for (const unsigned number : lost) kept &= ~(1ULL << number);
    return keep_only(kept);
}

bool mount_over(const char* place, const char* type, const char* options) {
    return test::unshare_mounts() && ::mount("none", place, type, 0, options) == 0;
}

bool be_nobody() {
    test::become_nobody();
    ::prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
    return true;
}

/// A limit, and what the message says of it.
struct Limit {
    const char* name;
    bool (*apply)();
    const char* reason;
};

// Those of docker, podman and containerd.
constexpr std::uint64_t of_a_container =
    1ULL << CAP_CHOWN | 1ULL << CAP_DAC_OVERRIDE | 1ULL << CAP_FSETID | 1ULL << CAP_FOWNER |
    1ULL << CAP_MKNOD | 1ULL << CAP_NET_RAW | 1ULL << CAP_SETGID | 1ULL << CAP_SETUID |
    1ULL << CAP_SETFCAP | 1ULL << CAP_SETPCAP | 1ULL << CAP_NET_BIND_SERVICE |
    1ULL << CAP_SYS_CHROOT | 1ULL << CAP_KILL | 1ULL << CAP_AUDIT_WRITE;

constexpr Limit limits[] = {
    {"an ordinary user", be_nobody, "run as root or set root_helper"},
    {"root of a user namespace",
     [] {
         test::become_nobody();
         return ::unshare(CLONE_NEWUSER) == 0;
     },
     "run as root or set root_helper"},
    {"root without CAP_SYS_PTRACE", [] { return drop({CAP_SYS_PTRACE}); },
     "run as root or set root_helper"},
    {"root with the capabilities of a container", [] { return keep_only(of_a_container); },
     "run as root or set root_helper"},
    {"root without any capability", [] { return keep_only(0); }, "run as root or set root_helper"},
    {"root that may not follow mappings",
     [] {
         return drop({CAP_SYS_ADMIN, CAP_CHECKPOINT_RESTORE});
     },
     "mapped files of other processes could not be inspected"},
    {"no /sys", [] { return test::unshare_mounts() && ::umount2("/sys", MNT_DETACH) == 0; },
     "mount sysfs on /sys"},
    {"a masked /sys/dev/block", [] { return mount_over("/sys/dev/block", "tmpfs", nullptr); },
     "hidden by something mounted over it"},
    {"a masked /sys/block", [] { return mount_over("/sys/block", "tmpfs", nullptr); },
     "hidden by something mounted over it"},
    {"a /proc of processes alone", [] { return mount_over("/proc", "proc", "subset=pid"); },
     "mount a /proc that shows it"},
    {"a /proc that hides processes from others",
     [] { return mount_over("/proc", "proc", "hidepid=2") && be_nobody(); }, "root"},
    {"no /proc", [] { return test::unshare_mounts() && ::umount2("/proc", MNT_DETACH) == 0; },
     "/proc"},
    {"something mounted over a process",
     [] {
         return test::unshare_mounts() &&
                ::mount("none", ("/proc/" + std::to_string(::getppid())).c_str(), "tmpfs", 0,
                        nullptr) == 0;
     },
     "is hidden by something mounted over it"},
    {"something mounted over the descriptors of a process",
     [] {
         return test::unshare_mounts() &&
                ::mount("none", ("/proc/" + std::to_string(::getppid()) + "/fd").c_str(), "tmpfs",
                        0, nullptr) == 0;
     },
     "is hidden by something mounted over it"},
    {"something mounted over what a disk shows",
     [] {
         return test::unshare_mounts() &&
                ::mount("none", "/sys/block/loop0/queue", "tmpfs", 0, nullptr) == 0;
     },
     "is hidden by something mounted over it"},
    {"an empty table of swaps",
     [] {
         return test::unshare_mounts() &&
                ::mount("/dev/null", "/proc/swaps", nullptr, MS_BIND, nullptr) == 0;
     },
     "/proc/swaps is hidden"},
    {"an empty table of locks",
     [] {
         return test::unshare_mounts() &&
                ::mount("/dev/null", "/proc/locks", nullptr, MS_BIND, nullptr) == 0;
     },
     "/proc/locks is hidden"},
};

struct Limited : test::Waiting {
    /// @return 0 free, 1 busy, 3 unknown, 77 if the limit is not available here.
    int check(const fs::path& asked, Probe probe, bool (*apply)()) const {
        return test::in_forked_child([&] {
            if (!apply()) return 77;
            asio::io_context context;
            int code = 9;
            device::async_wait_until_free(
                context.get_executor(), {asked},
                {.check_device_max_retries = 1, .check_device_probe = probe},
                [&](std::exception_ptr error, const std::vector<device::WaitResult>& results) {
                    if (error) return;
                    const device::Report& report = results.at(0).report;
                    std::ofstream(reason_file) << report.reason;
                    code = report.state == State::free ? 0 : report.state == State::busy ? 1 : 3;
                });
            context.run();
            return code;
        });
    }

    [[nodiscard]] std::string reason() const { return test::read_file(reason_file); }

    fs::path reason_file = open_to_all(scratch.file("reason"));

    static fs::path open_to_all(const fs::path& path) {
        fs::permissions(path, fs::perms(0666));
        fs::permissions(path.parent_path(), fs::perms(0755));
        return path;
    }
};

bool no_limit() { return true; }

}  // namespace

BOOST_FIXTURE_TEST_SUITE(rights, Limited)

BOOST_AUTO_TEST_CASE(a_device_or_file_without_a_holder_is_free_for_root_and_unknown_with_a_limit) {
    const test::LoopDisk disk(scratch.file("disk.img"), 4);
    if (!disk.attached()) return;
    for (const Probe probe : probes) {
        BOOST_TEST(check(disk.path(), probe, no_limit) == 0, reason());
        for (const Limit& limit : limits) {
            BOOST_TEST_CONTEXT(limit.name << ", asked " << to_string(probe)) {
                const int code = check(disk.path(), probe, limit.apply);
                if (code == 77) continue;
                BOOST_TEST(code == 3);
                const bool by_probe = reason().find("fuser") != std::string::npos ||
                                      reason().find("lsof") != std::string::npos;
                BOOST_TEST((by_probe || reason().find(limit.reason) != std::string::npos),
                           reason());
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(a_device_with_a_holder_is_never_free_whatever_the_limit) {
    const test::LoopDisk disk(scratch.file("disk.img"), 4);
    if (!disk.attached()) return;
    const test::Child holder(
        [&] { return ::open(disk.path().c_str(), O_RDONLY | O_CLOEXEC) >= 0; });
    BOOST_REQUIRE(holder.prepared());
    for (const Probe probe : probes) {
        BOOST_TEST(check(disk.path(), probe, no_limit) == 1, reason());
        for (const Limit& limit : limits) {
            BOOST_TEST_CONTEXT(limit.name << ", asked " << to_string(probe)) {
                const int code = check(disk.path(), probe, limit.apply);
                BOOST_TEST((code == 1 || code == 3 || code == 77), code);
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(a_file_behind_a_loop_device_is_never_free_whatever_the_limit) {
    const fs::path image = open_to_all(scratch.file("disk.img"));
    const test::LoopDisk disk(image, 4);
    if (!disk.attached()) return;
    BOOST_TEST(check(image, Probe::procfs, no_limit) == 1, reason());
    for (const Limit& limit : limits) {
        BOOST_TEST_CONTEXT(limit.name) {
            const int code = check(image, Probe::procfs, limit.apply);
            BOOST_TEST((code == 1 || code == 3 || code == 77), code);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_node_without_a_device_is_unknown_and_said_so) {
    const fs::path node = scratch.path() / "node";
    if (::mknod(node.c_str(), S_IFBLK | 0600, makedev(259, 0xFFFFE)) != 0) return;
    for (const Probe probe : probes) {
        const auto report = wait_for(node, {.check_device_probe = probe}).report;
        BOOST_TEST(report.state == State::unknown);
        BOOST_TEST(report.reason == "the kernel shows no block device 259:1048574");
    }
}

BOOST_AUTO_TEST_CASE(rights_are_capabilities_in_the_first_user_namespace) {
    using device::detail::Rights;
    const std::uint64_t all = (1ULL << 41U) - 1;
    const auto rights = [&](std::uint64_t capabilities, bool first) {
        return Rights{.capabilities = capabilities, .in_first_user_namespace = first};
    };
    BOOST_TEST(rights(all, true).open_all_processes());
    BOOST_TEST(rights(all, true).follow_mappings());
    BOOST_TEST(!rights(all, false).open_all_processes());
    BOOST_TEST(!rights(0, true).open_all_processes());
    BOOST_TEST(!rights(all & ~(1ULL << CAP_SYS_PTRACE), true).open_all_processes());
    BOOST_TEST(
        rights(1ULL << CAP_SYS_PTRACE | 1ULL << CAP_DAC_READ_SEARCH, true).open_all_processes());
    BOOST_TEST(
        !rights(1ULL << CAP_SYS_PTRACE | 1ULL << CAP_DAC_READ_SEARCH, true).follow_mappings());
}

BOOST_AUTO_TEST_SUITE_END()
