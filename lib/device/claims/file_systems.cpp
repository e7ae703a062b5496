#include "file_systems.hpp"

#include <fcntl.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <loopingcall/device/printable.hpp>
#include <map>
#include <mutex>
#include <system_error>
#include <utility>

#include "device/kernel/block_device.hpp"
#include "device/kernel/named_file.hpp"
#include "device/kernel/opened_by_us.hpp"
#include "device/kernel/proc_directory.hpp"
#include "process/launch/descriptor.hpp"

namespace loopingcall::device::detail {

namespace {

using Path = std::filesystem::path;

bool leads_to(const std::string& name, dev_t number) {
    const auto found = find_named(name, {});
    return found && found->is_block_device && found->number == number;
}

/// The file systems that use one device, identified by their mount points, or by their name.
class FileSystemFinder {
  public:
    FileSystemFinder(const Identity& part, const std::vector<Mount>& mounts, const KernelView& view,
                     UsedFileSystem& used)
        : part_(part),
          mounts_(mounts),
          view_(view),
          used_(used),
          name_(name_of(part.number, view.sysfs)) {}

    /// Each member of a btrfs is claimed; the table of mounts names only one.
    void find_btrfs() {
        for (const Path& file_system : entries_of(view_.sysfs / "fs" / "btrfs")) {
            std::vector<dev_t> members;
            for (const Path& member : entries_of(file_system / "devices")) {
                members.push_back(number_of(member));
            }
            if (std::find(members.begin(), members.end(), part_.number) == members.end()) continue;
            used_.members.insert(members.begin(), members.end());
            used_.btrfs = file_system.filename().string();
            const Use use{.part = member_of_btrfs(members.size()),
                          .name = "btrfs " + file_system.filename().string()};
            add(use, [&](const Mount& mount) {
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
        std::string name = "an ext4";
        for (const Path& file_system : entries_of(view_.sysfs / "fs" / "ext4")) {
            const std::string thread = line_of(file_system / "journal_task");
            if (thread.empty()) continue;
            const std::string comm = line_of(view_.proc / thread / "comm");
            if (comm == ("jbd2/" + name_).substr(0, longest_comm)) {
                user = number_of(view_.sysfs / "class" / "block" / file_system.filename());
                name = "/dev/" + file_system.filename().string();
            }
        }
        if (user != 0) used_.devices.insert(user);
        add({.part = "journal of " + name, .name = {}},
            [&](const Mount& mount) { return user != 0 && mount.device == user; });
    }

    void find_xfs() {
        for (const Mount& mount : mounts_) {
            if (mount.type != "xfs") continue;
            for (const auto& [option, role] :
                 {std::pair("logdev", "log of "), std::pair("rtdev", "realtime device of ")}) {
                const auto device = option_of(mount, option);
                if (!device || !leads_to(*device, part_.number)) continue;
                claims_.push_back(
                    {ClaimKind::mount, mount.point, part_.path, role + printable(mount.source)});
                use(mount);
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

    /// What the device is to a file system, and the name of that.
    struct Use {
        std::string part = {};
        std::string name = {};
    };

    /// Read once: to open the device is an event to every watch of it.
    [[nodiscard]] std::string member_of_btrfs(std::size_t members) const {
        if (members < 2) return {};
        static std::mutex mutex;
        static std::map<std::pair<dev_t, std::string>, std::string> known;
        const std::lock_guard lock(mutex);
        std::string& part = known[{part_.number, used_.btrfs}];
        if (part.empty()) part = read_member_of_btrfs();
        return part;
    }

    /// The number of the device in the file system is in its superblock, and nowhere in sysfs.
    [[nodiscard]] std::string read_member_of_btrfs() const {
        constexpr off_t superblock = 0x10000;
        constexpr off_t own_number = 0xC9;
        std::array<unsigned char, 8> bytes{};
        const OwnOpening own(part_.path);
        const process::detail::Descriptor device(
            ::open(part_.path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
        const bool known =
            device.is_open() && ::pread(device.get(), bytes.data(), bytes.size(),
                                        superblock + own_number) == ssize_t{bytes.size()};
        if (!known) return "a device of the btrfs";
        std::uint64_t number = 0;
        for (std::size_t i = bytes.size(); i-- > 0;) number = number << 8U | bytes.at(i);
        return "device " + std::to_string(number) + " of the btrfs";
    }

    void use(const Mount& mount) {
        used_.mounts.insert(mount.id);
        if (major(mount.device) != 0) used_.devices.insert(mount.device);
    }

    template <class IsIts>
    void add(const Use& what, const IsIts& is_its) {
        used_.role = what.part;
        bool is_mounted_here = false;
        for (const Mount& mount : mounts_) {
            if (!is_its(mount)) continue;
            is_mounted_here = true;
            claims_.push_back({ClaimKind::mount, mount.point, part_.path, what.part});
            use(mount);
        }
        if (!is_mounted_here) {
            claims_.push_back({ClaimKind::holder, what.name, part_.path, what.part});
        }
    }

    const Identity& part_;
    const std::vector<Mount>& mounts_;
    const KernelView& view_;
    UsedFileSystem& used_;
    std::string name_;
    std::vector<Claim> claims_;
};

}  // namespace

Answer file_systems_over(const Identity& part, const std::vector<Mount>& mounts,
                         const KernelView& view, UsedFileSystem& used) {
    for (const std::string& problem : {problem_with_sysfs(view), problem_with_proc_fs(view)}) {
        if (!problem.empty()) return not_inspected(Source::file_systems, problem);
    }
    FileSystemFinder finder(part, mounts, view, used);
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
