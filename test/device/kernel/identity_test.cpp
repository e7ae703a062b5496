// Uses that are found by what the kernel identifies, whatever the names are: each kind, with each
// way that a name can mislead, and what is left of it when it has ended.
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/swap.h>
#include <unistd.h>

#include <algorithm>
#include <functional>
#include <memory>

#include "device/waiting.hpp"
#include "support/child.hpp"
#include "support/loop_disk.hpp"

namespace device = loopingcall::device;
namespace fs = std::filesystem;
using device::ClaimKind;
using device::Probe;
using device::State;

using namespace std::chrono_literals;

namespace {

constexpr Probe probes[] = {Probe::fuser, Probe::lsof, Probe::procfs};

std::string quoted(const fs::path& path) { return '\'' + path.string() + '\''; }

/// A use of an object by the kernel.
class Use {
  public:
    virtual ~Use() = default;
    Use() = default;
    Use(const Use&) = delete;
    Use& operator=(const Use&) = delete;
    [[nodiscard]] virtual bool begin(const fs::path& file) = 0;
    virtual void end() = 0;
    /// How it is seen by its own table, or else by the file itself.
    [[nodiscard]] virtual std::vector<ClaimKind> kinds() const = 0;
};

class LoopUse : public Use {
  public:
    bool begin(const fs::path& file) override {
        disk_ = std::make_unique<test::LoopDisk>(file, 0);
        return disk_->attached();
    }
    void end() override { disk_.reset(); }
    std::vector<ClaimKind> kinds() const override { return {ClaimKind::loop}; }

  private:
    std::unique_ptr<test::LoopDisk> disk_;
};

/// The kernel protects the name of a file that is swapped to.
class SwapUse : public Use {
  public:
    ~SwapUse() override { end(); }
    bool begin(const fs::path& file) override {
        fs::permissions(file, fs::perms::owner_read | fs::perms::owner_write);
        if (!test::run_program("mkswap " + quoted(file))) return false;
        if (::swapon(file.c_str(), 0) != 0) return false;
        swap_ = file;
        return true;
    }
    void end() override {
        if (!swap_.empty()) ::swapoff(std::exchange(swap_, fs::path()).c_str());
    }
    std::vector<ClaimKind> kinds() const override { return {ClaimKind::swap}; }

  private:
    fs::path swap_;
};

/// mount(8) would make a loop device.
class ImageUse : public Use {
  public:
    explicit ImageUse(fs::path scratch) : scratch_(std::move(scratch)) {}
    ~ImageUse() override { end(); }
    bool begin(const fs::path& file) override {
        fs::create_directories(scratch_ / "source");
        fs::create_directories(scratch_ / "mnt");
        if (!test::run_program("mkfs.erofs " + quoted(file) + ' ' + quoted(scratch_ / "source"))) {
            return false;
        }
        mounted_ =
            ::mount(file.c_str(), (scratch_ / "mnt").c_str(), "erofs", MS_RDONLY, nullptr) == 0;
        return mounted_;
    }
    void end() override {
        if (std::exchange(mounted_, false)) ::umount((scratch_ / "mnt").c_str());
    }
    std::vector<ClaimKind> kinds() const override { return {ClaimKind::mount, ClaimKind::hidden}; }

  private:
    fs::path scratch_;
    bool mounted_ = false;
};

/// Why the file has another name here than in the kernel.
struct Name {
    const char* text;
    /// @return the name that is asked for; empty if that cannot be done here.
    fs::path (*change)(const fs::path& file);
};

fs::path as_it_was(const fs::path& file) { return file; }

fs::path hard_link(const fs::path& file) {
    fs::create_hard_link(file, file.string() + ".link");
    return file.string() + ".link";
}

fs::path renamed(const fs::path& file) {
    fs::rename(file, file.string() + ".new");
    return file.string() + ".new";
}

/// And another file has its name.
fs::path renamed_and_replaced(const fs::path& file) {
    fs::path now = renamed(file);
    fs::copy_file(now, file);
    return now;
}

fs::path deleted(const fs::path& file) {
    fs::path other = hard_link(file);
    fs::remove(file);
    return other;
}

fs::path through_a_link(const fs::path& file) {
    fs::create_symlink(file, file.string() + ".symlink");
    return file.string() + ".symlink";
}

constexpr Name names[] = {
    {"its own name", as_it_was},
    {"a hard link", hard_link},
    {"its new name", renamed},
    {"its new name, another has the old one", renamed_and_replaced},
    {"a hard link, and the name is gone", deleted},
    {"a symbolic link", through_a_link},
};

bool has_one_of(const device::Report& report, const std::vector<ClaimKind>& kinds) {
    return std::any_of(report.claims.begin(), report.claims.end(), [&](const auto& claim) {
        return std::find(kinds.begin(), kinds.end(), claim.kind) != kinds.end();
    });
}

struct Named : test::Waiting {
    void expect_busy(const fs::path& asked, const std::vector<ClaimKind>& kinds) {
        for (const Probe probe : probes) {
            const auto report =
                wait_for(asked, {.check_device_max_retries = 1, .check_device_probe = probe})
                    .report;
            BOOST_TEST_CONTEXT("asked " << to_string(probe)) {
                BOOST_TEST(report.state == State::busy, report.reason);
                BOOST_TEST(has_one_of(report, kinds));
                BOOST_TEST(report.holders.empty());
                BOOST_TEST(report.claims.size() == 1U);
            }
        }
    }

    /// The kernel may put away what was detached a moment later.
    void expect_free(const fs::path& asked) {
        for (const Probe probe : probes) {
            const auto report = wait_for(asked, {.check_device_interval = 50ms,
                                                 .check_device_max_retries = 40,
                                                 .check_device_probe = probe})
                                    .report;
            BOOST_TEST(report.state == State::free, device::describe({.report = report}));
        }
    }

    void try_each_name(const char* kind, const std::function<std::unique_ptr<Use>()>& make) {
        int number = 0;
        for (const Name& name : names) {
            const fs::path original = image(kind + std::to_string(number++));
            const auto use = make();
            if (!use->begin(original)) {
                BOOST_TEST_MESSAGE("skipped: " << kind << " cannot be made here");
                return;
            }
            BOOST_TEST_CONTEXT(kind << ", asked by " << name.text) {
                fs::path asked;
                try {
                    asked = name.change(original);
                } catch (const fs::filesystem_error&) {
                    continue;  // as above
                }
                expect_busy(asked, use->kinds());
                if (fs::exists(original) && !fs::equivalent(original, asked)) expect_free(original);
                use->end();
                expect_free(asked);
            }
        }
    }

    /// Without holes, as swap needs it.
    fs::path image(const std::string& name) {
        return scratch.file(name + ".img", std::string(std::size_t{1} << 20U, 'x'));
    }
};

bool is_root() { return ::geteuid() == 0; }

}  // namespace

BOOST_FIXTURE_TEST_SUITE(identity, Named)

BOOST_AUTO_TEST_CASE(a_file_behind_a_loop_device_is_found_by_whatever_name) {
    if (!is_root()) return;
    try_each_name("loop", [] { return std::make_unique<LoopUse>(); });
}

BOOST_AUTO_TEST_CASE(a_swap_file_is_found_by_whatever_name) {
    if (!is_root()) return;
    try_each_name("swap", [] { return std::make_unique<SwapUse>(); });
}

BOOST_AUTO_TEST_CASE(an_image_that_is_mounted_from_the_file_is_found_by_whatever_name) {
    if (!is_root()) return;
    try_each_name("image", [this] { return std::make_unique<ImageUse>(scratch.path()); });
}

BOOST_AUTO_TEST_CASE(a_use_in_another_mount_namespace_is_found_though_its_path_is_not_here) {
    if (!is_root()) return;
    const fs::path inside = scratch.path() / "inside";
    fs::create_directory(inside);
    const std::function<std::unique_ptr<Use>()> kinds[] = {
        [] { return std::make_unique<SwapUse>(); },
        [] { return std::make_unique<LoopUse>(); },
        [this] { return std::make_unique<ImageUse>(scratch.path()); },
    };
    for (const auto& make : kinds) {
        const fs::path shared = image("shared");
        const auto use = make();
        const std::vector<ClaimKind> expected = use->kinds();
        {
            // A child of its own namespace has the file where another one is here, and uses it.
            const test::Child child([&] {
                fs::create_directory(inside / "own");
                const bool mounted = test::unshare_mounts() &&
                                     ::mount("none", inside.c_str(), "tmpfs", 0, nullptr) == 0;
                const fs::path own = inside / "own.img";
                ::close(::open(own.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600));
                const bool bound =
                    mounted && ::mount(shared.c_str(), own.c_str(), nullptr, MS_BIND, nullptr) == 0;
                return bound && use->begin(own);
            });
            if (!child.prepared()) continue;
            expect_busy(shared, expected);
        }
        // The child is gone: its mounts are, too, and nothing else is detached by that.
        ::swapoff(shared.c_str());
        test::run_program("losetup -j " + quoted(shared) + " -O NAME -n | xargs -r losetup -d");
        expect_free(shared);
        fs::remove(shared);
    }
}

BOOST_AUTO_TEST_CASE(a_device_behind_a_loop_device_is_found_through_whatever_node) {
    test::LoopDisk disk(file, 4);
    if (!disk.attached()) return;
    struct stat status {};
    BOOST_REQUIRE(::stat(disk.path().c_str(), &status) == 0);
    const fs::path node = scratch.path() / "node";
    const fs::path bound = scratch.file("bound");
    BOOST_REQUIRE(::mknod(node.c_str(), S_IFBLK | 0600, status.st_rdev) == 0);
    BOOST_REQUIRE(::mount(disk.path().c_str(), bound.c_str(), nullptr, MS_BIND, nullptr) == 0);
    for (const fs::path& name : {disk.path(), node, bound}) {
        BOOST_TEST_CONTEXT(name) {
            LoopUse above;
            BOOST_REQUIRE(above.begin(name));
            expect_busy(disk.path(), {ClaimKind::loop});
            expect_busy(node, {ClaimKind::loop});
            above.end();
            expect_free(disk.path());
        }
    }
    ::umount(bound.c_str());
}

BOOST_AUTO_TEST_CASE(loop_devices_that_are_not_in_use_are_not_made_by_looking) {
    const auto count = [] {
        return std::distance(fs::directory_iterator("/sys/block"), fs::directory_iterator());
    };
    if (!is_root()) return;
    const auto before = count();
    expect_free(file);
    BOOST_TEST(count() <= before + 1);  // another test may have made one
}

BOOST_AUTO_TEST_SUITE_END()
