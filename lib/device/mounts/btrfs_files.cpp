#include "btrfs_files.hpp"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>

#include <array>
#include <charconv>
#include <cstdint>
#include <cstring>

#include "device/kernel/proc_directory.hpp"

namespace loopingcall::device::detail {

namespace {

#ifndef STATX_SUBVOL
constexpr unsigned statx_subvolume = 0x8000U;
#else
constexpr unsigned statx_subvolume = STATX_SUBVOL;
#endif

/// stx_subvol, which older headers do not have.
std::uint64_t subvolume_of(const struct statx& found) {
    constexpr std::size_t place = 0xA0;
    std::uint64_t subvolume = 0;
    std::memcpy(&subvolume, reinterpret_cast<const char*>(&found) + place, sizeof subvolume);
    return subvolume;
}

/// As its statfs() makes f_fsid of its UUID and the subvolume (linux: btrfs_statfs).
class FileSystemId {
  public:
    explicit FileSystemId(const std::string& uuid) {
        std::string digits;
        for (const char character : uuid) {
            if (character != '-') digits += character;
        }
        for (std::size_t i = 0; i < words_.size() && digits.size() == 32; ++i) {
            const char* const begin = digits.data() + i * 8;
            std::from_chars(begin, begin + 8, words_.at(i), 16);
        }
    }

    [[nodiscard]] bool is(const struct statfs& status, std::uint64_t subvolume) const {
        std::array<std::uint32_t, 2> id{};
        std::memcpy(id.data(), &status.f_fsid, sizeof id);
        return id[0] == (words_[0] ^ words_[2] ^ static_cast<std::uint32_t>(subvolume >> 32U)) &&
               id[1] == (words_[1] ^ words_[3] ^ static_cast<std::uint32_t>(subvolume));
    }

  private:
    std::array<std::uint32_t, 4> words_{};
};

class FileSearch {
  public:
    FileSearch(const std::string& uuid, const KernelView& view) : id_(uuid), proc_(view.proc) {}

    std::set<dev_t> run() {
        ProcDirectory processes(AT_FDCWD, proc_.c_str());
        while (processes.is_open()) {
            const auto pid = processes.next_number();
            if (!pid) break;
            const std::filesystem::path process = proc_ / std::to_string(*pid);
            for (const char* const link : {"cwd", "root", "exe"}) look_at_file(process / link);
            look_at_all(process / "fd");
            look_at_all(process / "map_files");
        }
        return numbers_;
    }

  private:
    void look_at_all(const std::filesystem::path& directory) {
        ProcDirectory entries(AT_FDCWD, directory.c_str());
        while (entries.is_open()) {
            const char* const name = entries.next();
            if (!name) break;
            look_at_file(directory / name);
        }
    }

    void look_at_file(const std::filesystem::path& link) {
        struct statx found {};
        const int flags = AT_STATX_DONT_SYNC | AT_NO_AUTOMOUNT;
        if (::statx(AT_FDCWD, link.c_str(), flags, statx_subvolume, &found) != 0) return;
        if ((found.stx_mask & statx_subvolume) == 0) return;
        const dev_t number = makedev(found.stx_dev_major, found.stx_dev_minor);
        if (!asked_.insert(number).second) return;
        struct statfs status {};
        const bool is_it = ::statfs(link.c_str(), &status) == 0 &&
                           status.f_type == BTRFS_SUPER_MAGIC &&
                           id_.is(status, subvolume_of(found));
        if (is_it) numbers_.insert(number);
    }

    FileSystemId id_;
    std::filesystem::path proc_;
    std::set<dev_t> asked_;
    std::set<dev_t> numbers_;
};

}  // namespace

std::set<dev_t> numbers_of_btrfs(const std::string& uuid, const KernelView& view) {
    return FileSearch(uuid, view).run();
}

}  // namespace loopingcall::device::detail
