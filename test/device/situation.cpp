#include "situation.hpp"

#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/swap.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <atomic>
#include <thread>

namespace test {

namespace {

using loopingcall::device::ClaimKind;
using Path = std::filesystem::path;

bool opens(const Path& path, int flags = O_RDONLY) {
    return ::open(path.c_str(), flags | O_CLOEXEC) >= 0;
}

/// A disk, and what a child does with it.
class OnDisk : public Situation {
  protected:
    OnDisk() {
        disk_ = std::make_unique<LoopDisk>(scratch_.file("disk.img"), 16);
        if (disk_->attached()) device_ = disk_->path();
    }

    /// @param visible  whether the child can be seen to use the device.
    void have_child(const std::function<bool()>& prepare, bool visible = true,
                    bool leader_dies = false) {
        if (device_.empty()) return;
        child_ = std::make_unique<Child>(prepare, leader_dies);
        if (!child_->prepared()) return impossible();
        if (visible) holder_ = child_->pid();
    }

    void impossible() { device_.clear(); }

    [[nodiscard]] Path file_system() {
        if (device_.empty() || !run_program("mke2fs -q -F " + device_.string())) impossible();
        const Path point = scratch_.path() / "mnt";
        std::filesystem::create_directory(point);
        return point;
    }
};

struct Opened : OnDisk {
    Opened() {
        have_child([this] { return opens(device_, O_RDWR); });
    }
};

struct OpenedExclusively : OnDisk {
    OpenedExclusively() {
        have_child([this] { return opens(device_, O_RDONLY | O_EXCL); });
    }
};

class Mounted : public OnDisk {
  public:
    Mounted() : point_(file_system()) {
        if (device_.empty()) return;
        claim_ = ClaimKind::mount;
        if (::mount(device_.c_str(), point_.c_str(), "ext2", 0, nullptr) != 0) impossible();
    }
    ~Mounted() override {
        child_.reset();
        ::umount(point_.c_str());
    }

  protected:
    Path point_;
};

struct MountedWithAFileOpen : Mounted {
    MountedWithAFileOpen() {
        have_child([this] { return opens(point_ / "file", O_RDWR | O_CREAT); });
    }
};

struct LazilyUnmounted : Mounted {
    LazilyUnmounted() {
        have_child([this] { return ::chdir(point_.c_str()) == 0; });
        ::umount2(point_.c_str(), MNT_DETACH);
    }
};

struct MountedElsewhere : OnDisk {
    MountedElsewhere() {
        const Path point = file_system();
        claim_ = ClaimKind::mount;
        have_child(
            [&] {
                return unshare_mounts() &&
                       ::mount(device_.c_str(), point.c_str(), "ext2", 0, nullptr) == 0;
            },
            false);
    }
};

struct Swap : OnDisk {
    Swap() {
        claim_ = ClaimKind::swap;
        const bool on = !device_.empty() && run_program("mkswap " + device_.string()) &&
                        ::swapon(device_.c_str(), 0) == 0;
        if (!on) impossible();
        swap_ = device_;
    }
    ~Swap() override {
        if (!swap_.empty()) ::swapoff(swap_.c_str());
    }
    Path swap_{};
};

struct SecondNode : OnDisk {
    SecondNode() {
        struct stat status {};
        if (device_.empty() || ::stat(device_.c_str(), &status) != 0) return;
        const Path node = scratch_.path() / "node";
        if (::mknod(node.c_str(), S_IFBLK | 0600, status.st_rdev) != 0) impossible();
        have_child([&] { return opens(node, O_RDWR); });
    }
};

class Partition : public OnDisk {
  protected:
    explicit Partition(int flags) {
        if (device_.empty()) return;
        const Path node = disk_->add_partition();
        if (node.empty()) impossible();
        have_child([&] {
            while (::access(node.c_str(), F_OK) != 0) continue;  // until devtmpfs has it
            return opens(node, flags);
        });
    }
};

struct PartitionOpened : Partition {
    PartitionOpened() : Partition(O_RDWR) {}
};

struct PartitionOpenedExclusively : Partition {
    PartitionOpenedExclusively() : Partition(O_RDONLY | O_EXCL) {}
};

/// Lets a thread of the child do something, and waits until it is done.
bool in_thread(const std::function<bool()>& work) {
    static std::atomic<int> done = 0;
    std::thread([work] {
        done = work() ? 1 : 2;
        for (;;) ::pause();
    }).detach();
    while (done == 0) continue;
    return done == 1;
}

struct ThreadWithATableOfItsOwn : OnDisk {
    ThreadWithATableOfItsOwn() {
        have_child([this] {
            return in_thread([this] { return ::unshare(CLONE_FILES) == 0 && opens(device_); });
        });
    }
};

struct LeaderIsDead : OnDisk {
    LeaderIsDead() {
        have_child([this] { return opens(device_); }, true, true);
    }
};

struct MappedOnly : OnDisk {
    explicit MappedOnly(bool leader_dies = false) {
        have_child(
            [this] {
                const int opened = ::open(device_.c_str(), O_RDONLY | O_CLOEXEC);
                const void* const mapped = ::mmap(nullptr, 4096, PROT_READ, MAP_SHARED, opened, 0);
                return ::close(opened) == 0 && mapped != MAP_FAILED;
            },
            true, leader_dies);
    }
};

struct MappedAndLeaderIsDead : MappedOnly {
    MappedAndLeaderIsDead() : MappedOnly(true) {}
};

struct FileBehindALoopDevice : OnDisk {
    FileBehindALoopDevice() {
        claim_ = ClaimKind::loop;
        if (!device_.empty()) device_ = scratch_.path() / "disk.img";
    }
};

struct SwapFile : Situation {
    SwapFile() {
        claim_ = ClaimKind::swap;
        swap_ = scratch_.file("swap file", std::string(std::size_t{1} << 20U, '\0'));
        std::filesystem::permissions(
            swap_, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
        const bool on =
            run_program("mkswap '" + swap_.string() + "'") && ::swapon(swap_.c_str(), 0) == 0;
        if (on) device_ = swap_;
    }
    ~SwapFile() override {
        if (!device_.empty()) ::swapoff(swap_.c_str());
    }
    Path swap_{};
};

struct WorkingDirectory : Situation {
    WorkingDirectory() {
        device_ = scratch_.path();
        child_ = std::make_unique<Child>([this] { return ::chdir(device_.c_str()) == 0; });
        holder_ = child_->pid();
    }
};

template <class Kind>
std::unique_ptr<Situation> make() {
    return std::make_unique<Kind>();
}

}  // namespace

std::vector<NamedSituation> situations() {
    return {
        {"opened", make<Opened>},
        {"opened exclusively", make<OpenedExclusively>},
        {"mounted, and not used inside", make<Mounted>},
        {"mounted, and a file open inside", make<MountedWithAFileOpen>},
        {"unmounted lazily, and a process inside", make<LazilyUnmounted>},
        {"mounted in another mount namespace alone", make<MountedElsewhere>},
        {"swapped to", make<Swap>},
        {"opened through a second node", make<SecondNode>},
        {"its partition opened", make<PartitionOpened>},
        {"its partition opened exclusively", make<PartitionOpenedExclusively>},
        {"opened by a thread with a table of its own", make<ThreadWithATableOfItsOwn>},
        {"opened by a process whose leader is dead", make<LeaderIsDead>},
        {"mapped, and not open", make<MappedOnly>},
        {"mapped by a process whose leader is dead", make<MappedAndLeaderIsDead>},
        {"a file behind a loop device", make<FileBehindALoopDevice>},
        {"a file that is swapped to", make<SwapFile>},
        {"the working directory of a process", make<WorkingDirectory>},
    };
}

}  // namespace test
