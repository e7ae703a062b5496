#include "claims.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <iterator>
#include <loopingcall/device/printable.hpp>

#include "block_device.hpp"
#include "kernel_tables.hpp"
#include "proc_directory.hpp"
#include "process/descriptor.hpp"
#include "shortage.hpp"

namespace loopingcall::device::detail {

namespace {

std::string text_of(const std::filesystem::path& file) {
    return read_proc_file(AT_FDCWD, file.c_str());
}

/// Whether a path that a table names leads to this device or file. A path that may be on a dead
/// file system is looked at only if the name is the same.
bool leads_to(const std::filesystem::path& path, const Identity& part) {
    const bool in_dev = path.native().starts_with("/dev/");
    if (!in_dev && path.filename() != part.path.filename()) return false;
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0) {
        throw_if_shortage(errno, path.native());
        return false;
    }
    if (part.is_block_device) return S_ISBLK(status.st_mode) && status.st_rdev == part.number;
    return status.st_dev == part.file_system && status.st_ino == part.inode;
}

/// Of one part, what the tables say.
class Finder {
  public:
    explicit Finder(const KernelView& view)
        : view_(view),
          mounts_(parse_mountinfo(text_of(view.proc / "self" / "mountinfo"))),
          swaps_(parse_swaps(text_of(view.proc / "swaps"))),
          loops_(loop_devices(view.sysfs)) {}

    void find(const Identity& part) {
        if (part.is_block_device) find_mounts(part);
        for (const std::string& swap : swaps_) {
            if (leads_to(swap, part)) add(ClaimKind::swap, swap, part);
        }
        for (const LoopDevice& loop : loops_) {
            if (leads_to(loop.backing_file, part)) {
                add(ClaimKind::loop, loop.node.string(), part);
            }
        }
        if (part.is_block_device) find_holders(part);
    }

    std::vector<Answer> take() {
        return {answer(Source::mounts, of_kind(ClaimKind::mount)),
                answer(Source::swaps, of_kind(ClaimKind::swap)),
                answer(Source::stacked_devices, of_kind(ClaimKind::holder)),
                answer(Source::loop_devices, of_kind(ClaimKind::loop))};
    }

  private:
    /// A mount is that of a device by its number; of btrfs, which has numbers of its own, by its
    /// source. Only sources in /dev are looked at: another could be on a dead file system.
    void find_mounts(const Identity& part) {
        for (const Mount& mount : mounts_) {
            const bool by_source =
                mount.source.starts_with("/dev/") && leads_to(mount.source, part);
            if (mount.device == part.number || by_source) add(ClaimKind::mount, mount.point, part);
        }
    }

    void find_holders(const Identity& part) {
        for (const BlockDevice& holder : holders_of(part.number, view_.sysfs)) {
            add(ClaimKind::holder, full_name(holder, view_.sysfs), part);
            for (const Mount& mount : mounts_) {
                if (mount.device == holder.number) add(ClaimKind::mount, mount.point, part);
            }
        }
    }

    [[nodiscard]] std::vector<Claim> of_kind(ClaimKind kind) const {
        std::vector<Claim> some;
        std::copy_if(claims_.begin(), claims_.end(), std::back_inserter(some),
                     [&](const Claim& claim) { return claim.kind == kind; });
        return some;
    }

    void add(ClaimKind kind, const std::string& detail, const Identity& part) {
        claims_.push_back({kind, detail, part.path});
    }

    const KernelView& view_;
    std::vector<Mount> mounts_;
    std::vector<std::string> swaps_;
    std::vector<LoopDevice> loops_;
    std::vector<Claim> claims_;
};

}  // namespace

std::vector<Answer> find_claims(const std::vector<Identity>& parts, const KernelView& view) {
    Finder finder(view);
    for (const Identity& part : parts) finder.find(part);
    return finder.take();
}

Answer open_exclusively(const Identity& part) {
    const int flags = O_RDONLY | O_EXCL | O_NONBLOCK | O_CLOEXEC;
    const process::detail::Descriptor opened(::open(part.path.c_str(), flags));
    if (opened.is_open()) return nobody(Source::exclusive_open);
    const int error = errno;
    throw_if_shortage(error, part.path.native());
    if (error == EBUSY) {
        return answer(Source::exclusive_open, {Claim{ClaimKind::exclusive, {}, part.path}});
    }
    return not_inspected(Source::exclusive_open,
                         "opening " + printable(part.path.native()) +
                             " exclusively was refused: " + std::strerror(error));
}

}  // namespace loopingcall::device::detail
