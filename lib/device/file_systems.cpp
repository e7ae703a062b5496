#include "file_systems.hpp"

#include <fcntl.h>

#include <algorithm>
#include <system_error>
#include <utility>

#include "block_device.hpp"
#include "named_file.hpp"
#include "proc_directory.hpp"

namespace loopingcall::device::detail {

namespace {

using Path = std::filesystem::path;

bool leads_to(const std::string& name, dev_t number) {
    const auto found = find_named(name, {});
    return found && found->is_block_device && found->number == number;
}

/// The file systems that use one device, told by their mount points, or by their name.
class Finder {
  public:
    Finder(const Identity& part, const std::vector<Mount>& mounts, const KernelView& view)
        : part_(part), mounts_(mounts), view_(view), name_(name_of(part.number, view.sysfs)) {}

    /// Each member of a btrfs is claimed; the table of mounts names only one.
    void find_btrfs() {
        for (const Path& file_system : entries_of(view_.sysfs / "fs" / "btrfs")) {
            std::vector<dev_t> members;
            for (const Path& member : entries_of(file_system / "devices")) {
                members.push_back(number_of(member));
            }
            if (std::find(members.begin(), members.end(), part_.number) == members.end()) continue;
            add("btrfs " + file_system.filename().string(), [&](const Mount& mount) {
                return mount.type == "btrfs" &&
                       std::any_of(members.begin(), members.end(),
                                   [&](dev_t one) { return leads_to(mount.source, one); });
            });
        }
    }

    /// `/proc/fs/jbd2/sdb` is a journal that fills a device; one in a file has the number of its
    /// inode in its name. The file system shows which thread writes its journal.
    void find_journal() {
        std::error_code error;
        if (name_.empty() || !std::filesystem::exists(view_.proc / "fs" / "jbd2" / name_, error)) {
            return;
        }
        dev_t user = 0;
        for (const Path& file_system : entries_of(view_.sysfs / "fs" / "ext4")) {
            const std::string thread = line_of(file_system / "journal_task");
            if (thread.empty()) continue;
            const std::string comm = line_of(view_.proc / thread / "comm");
            if (comm == ("jbd2/" + name_).substr(0, longest_comm)) {
                user = number_of(view_.sysfs / "class" / "block" / file_system.filename());
            }
        }
        add("ext4", [&](const Mount& mount) { return user != 0 && mount.device == user; });
    }

    void find_xfs() {
        for (const Mount& mount : mounts_) {
            if (mount.type != "xfs") continue;
            for (const char* const option : {"logdev", "rtdev"}) {
                const auto device = option_of(mount, option);
                if (device && leads_to(*device, part_.number)) {
                    claims_.push_back({ClaimKind::mount, mount.point, part_.path});
                }
            }
        }
    }

    std::vector<Claim> take() { return std::move(claims_); }

  private:
    static constexpr std::size_t longest_comm = 15;

    static std::string line_of(const Path& file) {
        const std::string text = read_proc_file(AT_FDCWD, file.c_str());
        return text.substr(0, text.find('\n'));
    }

    template <class IsIts>
    void add(const std::string& name, const IsIts& is_its) {
        bool is_mounted_here = false;
        for (const Mount& mount : mounts_) {
            if (!is_its(mount)) continue;
            is_mounted_here = true;
            claims_.push_back({ClaimKind::mount, mount.point, part_.path});
        }
        if (!is_mounted_here) claims_.push_back({ClaimKind::holder, name, part_.path});
    }

    const Identity& part_;
    const std::vector<Mount>& mounts_;
    const KernelView& view_;
    std::string name_;
    std::vector<Claim> claims_;
};

}  // namespace

Answer file_systems_over(const Identity& part, const std::vector<Mount>& mounts,
                         const KernelView& view) {
    for (const std::string& problem : {problem_with_sysfs(view), problem_with_proc_fs(view)}) {
        if (!problem.empty()) return not_inspected(Source::file_systems, problem);
    }
    Finder finder(part, mounts, view);
    finder.find_btrfs();
    finder.find_journal();
    finder.find_xfs();
    return answer(Source::file_systems, finder.take());
}

bool has_active_file_system(const std::string& device_name, const KernelView& view) {
    for (const char* const type : {"ext4", "xfs", "f2fs"}) {
        std::error_code error;
        if (std::filesystem::exists(view.sysfs / "fs" / type / device_name, error)) return true;
    }
    return false;
}

}  // namespace loopingcall::device::detail
