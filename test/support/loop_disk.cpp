#include "support/loop_disk.hpp"

#include <fcntl.h>
#include <linux/blkpg.h>
#include <linux/loop.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string>

namespace test {

namespace {

int open_node(const std::filesystem::path& path) {
    return ::open(path.c_str(), O_RDWR | O_CLOEXEC);
}

/// LOOP_CONFIGURE: the file and the flags in one step.
bool configure(int node, const std::filesystem::path& file) {
    loop_config configuration{};
    configuration.fd = static_cast<unsigned>(open_node(file));
    configuration.info.lo_flags = LO_FLAGS_PARTSCAN;
    const bool done = ::ioctl(node, LOOP_CONFIGURE, &configuration) == 0;
    ::close(static_cast<int>(configuration.fd));
    return done;
}

bool change_partition(const std::filesystem::path& disk, int operation, int number,
                      long long bytes) {
    constexpr long long megabyte = 1 << 20;
    blkpg_partition partition{};
    partition.pno = number;
    partition.start = number * megabyte;
    partition.length = number == 1 ? bytes - 2 * megabyte : megabyte;
    blkpg_ioctl_arg argument{operation, 0, sizeof partition, &partition};
    // Read-only: closed after writing, udev would read the table again, which has no such
    // partition.
    const int node = ::open(disk.c_str(), O_RDONLY | O_CLOEXEC);
    const bool done = node >= 0 && ::ioctl(node, BLKPG, &argument) == 0;
    if (node >= 0) ::close(node);
    return done;
}

}  // namespace

LoopDisk::LoopDisk(const std::filesystem::path& file, std::size_t megabytes)
    : bytes_(megabytes << 20U) {
    if (bytes_ > 0) std::filesystem::resize_file(file, bytes_);
    const int control = ::open("/dev/loop-control", O_RDWR | O_CLOEXEC);
    // Another process may get the number between the two calls; then the next one is asked for.
    for (int attempt = 0; attempt < 100 && control >= 0 && !attached_; ++attempt) {
        path_ = "/dev/loop" + std::to_string(::ioctl(control, LOOP_CTL_GET_FREE));
        attached_ = attach(file);
    }
    if (control >= 0) ::close(control);
    // Another test may have let others open the node, and the rights to open it are evidence.
    if (attached_) (void)::chmod(path_.c_str(), 0600);
}

LoopDisk::~LoopDisk() {
    if (!attached_) return;
    remove_partition();
    detach();
}

std::filesystem::path LoopDisk::add_partition(int number) const {
    const auto bytes = static_cast<long long>(bytes_);
    const bool added = change_partition(path_, BLKPG_ADD_PARTITION, number, bytes);
    return added ? std::filesystem::path(path_.string() + 'p' + std::to_string(number))
                 : std::filesystem::path{};
}

void LoopDisk::remove_partition(int number) const {
    (void)change_partition(path_, BLKPG_DEL_PARTITION, number, 0);
}

bool LoopDisk::replace(const std::filesystem::path& file) {
    detach();
    std::filesystem::resize_file(file, bytes_);
    for (int attempt = 0; attempt < 1000; ++attempt) {  // the kernel detaches when all have closed
        if (attach(file)) return true;
    }
    return attached_ = false;
}

bool LoopDisk::attach(const std::filesystem::path& file) {
    const int node = open_node(path_);
    const bool done = node >= 0 && configure(node, file);
    if (node >= 0) ::close(node);
    return done;
}

void LoopDisk::detach() const {
    const int node = open_node(path_);
    ::ioctl(node, LOOP_CLR_FD, 0);
    ::close(node);
}

}  // namespace test
