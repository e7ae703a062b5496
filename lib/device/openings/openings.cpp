#include "openings.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <loopingcall/device/printable.hpp>

#include "device/claims/swap_file.hpp"
#include "device/kernel/opened_by_us.hpp"
#include "device/kernel/shortage.hpp"
#include "device/mounts/umount_question.hpp"
#include "process/launch/descriptor.hpp"

namespace loopingcall::device::detail {

namespace {

using process::detail::Descriptor;

/// The disk is refused if it is claimed itself, and then each partition is, too; or if a partition
/// is claimed, and then the disk cannot be (linux: bd_may_claim).
Answer open_without_partitions(const ToOpen& what) {
    Answer disk = open_exclusively(what.whole);
    if (disk.seen != Seen::somebody || what.partitions.empty()) return disk;
    if (what.partition_is_claimed) return nobody(Source::exclusive_open);
    for (const Identity& partition : what.partitions) {
        if (open_exclusively(partition).seen == Seen::nobody) return nobody(Source::exclusive_open);
    }
    return not_inspected(
        Source::exclusive_open,
        "the disk or one of its partitions is opened exclusively, and the kernel does "
        "not show which; count partitions as well (--children)");
}

/// A cgroup refuses a device with EPERM, also to root; permissions refuse it with EACCES.
std::string refused(const Identity& part, int error) {
    const std::string remedy = error == EPERM && part.is_block_device
                                   ? "; allow the device in the cgroup of this process"
                                   : "";
    return "opening " + printable(part.path.native()) + " failed: " + std::strerror(error) + remedy;
}

/// What nothing else has placed is a use of this file, or not, as the file itself shows.
Answer place(const Unplaced& one, int descriptor, const Identity& file, const Answer& lease) {
    if (lease.seen == Seen::nobody) return nobody(one.source);
    if (one.claim) return answer(one.source, std::vector<Claim>{*one.claim});
    if (one.source == Source::swaps) return ask_swap_file(descriptor, file, one.what);
    if (!looks_like_erofs(descriptor)) return nobody(one.source);
    return not_inspected(one.source, one.what + " may be this one; run as root");
}

std::vector<Answer> open_file(const ToOpen& what) {
    std::vector<Answer> all;
    const int flags = O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
    OwnOpening own(what.whole.path);
    const Descriptor opened(::open(what.whole.path.c_str(), flags));
    struct stat status {};
    if (!opened.is_open() || ::fstat(opened.get(), &status) != 0) {
        const std::string why = refused(what.whole, errno);
        throw_if_shortage(errno, what.whole.path.native());
        all.push_back(not_inspected(Source::lease, why));
        for (const Unplaced& one : what.unplaced) {
            all.push_back(one.claim
                              ? answer(one.source, std::vector<Claim>{*one.claim})
                              : not_inspected(one.source, one.what + " may be this one; " + why));
        }
        return all;
    }
    const bool is_it = status.st_dev == what.whole.file_system && status.st_ino == what.whole.inode;
    if (!is_it) {
        const std::string why = printable(what.whole.path.native()) + " has become another file";
        all.push_back(not_inspected(Source::lease, why));
        for (const Unplaced& one : what.unplaced) all.push_back(not_inspected(one.source, why));
        return all;
    }
    all.push_back(try_lease(opened.get(), what.whole, what.has_exempt_holder));
    for (const Unplaced& one : what.unplaced) {
        all.push_back(place(one, opened.get(), what.whole, all.front()));
        // The process that has the file open is known now.
        if (all.back().seen == Seen::somebody) all.front().claims.clear();
    }
    return all;
}

}  // namespace

std::vector<Answer> try_openings(const ToOpen& what) {
    if (what.whole.type == S_IFREG) return open_file(what);
    if (what.whole.is_mount_point) return {ask_umount(what.whole, what.has_exempt_holder)};
    if (!what.whole.is_block_device) return {};
    if (!what.partitions_count) return {open_without_partitions(what)};
    return {open_exclusively(what.whole)};
}

Answer open_exclusively(const Identity& part) {
    const int flags = O_RDONLY | O_EXCL | O_NONBLOCK | O_CLOEXEC;
    OwnOpening own(part.path);
    const Descriptor opened(::open(part.path.c_str(), flags));
    if (opened.is_open()) {
        struct stat status {};
        const bool is_it = ::fstat(opened.get(), &status) == 0 && S_ISBLK(status.st_mode) &&
                           status.st_rdev == part.number;
        if (is_it) return nobody(Source::exclusive_open);
        return not_inspected(Source::exclusive_open,
                             printable(part.path.native()) + " has become another device");
    }
    const int error = errno;
    own.refused();
    throw_if_shortage(error, part.path.native());
    if (error == EBUSY) {
        return answer(Source::exclusive_open,
                      std::vector<Claim>{{ClaimKind::exclusive, {}, part.path}});
    }
    return not_inspected(Source::exclusive_open, refused(part, error));
}

}  // namespace loopingcall::device::detail
