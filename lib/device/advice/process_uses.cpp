#include "process_uses.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <sstream>

#include "device/kernel/proc_directory.hpp"
#include "device/proc/process_info.hpp"
#include "device/proc/thread_tables.hpp"

namespace loopingcall::device::detail {

namespace {

#ifndef STATX_MNT_ID
#define STATX_MNT_ID 0x00001000U
#endif

using process::detail::Descriptor;

/// What one process uses.
class UseSearch {
  public:
    UseSearch(const WantedUses& wanted, ProcessUses& found) : wanted_(wanted), found_(found) {}

    void inspect(int proc, pid_t pid) {
        pid_ = pid;
        is_on_file_system_ = false;
        ThreadTables tables(pid);
        bool has_seen_memory = wanted_.file_systems.empty();
        for (const std::string& directory : directories_of_threads(proc, pid)) {
            process_ = open_place(proc, directory.c_str());
            if (!process_.is_open()) continue;
            const pid_t thread = std::stoi(directory.substr(directory.rfind('/') + 1));
            const bool is_first = thread == pid;
            if (is_first || tables.has_new_places(thread)) inspect_places();
            if (is_first || tables.has_new_files(thread)) inspect_descriptors();
            if (!has_seen_memory) has_seen_memory = inspect_mappings();
        }
    }

  private:
    void inspect_places() {
        for (const char* const name : {"cwd", "root", "exe"}) inspect_link(name, name);
    }

    void inspect_descriptors() {
        ProcDirectory descriptors(process_.get(), "fd");
        while (const char* const number = descriptors.is_open() ? descriptors.next() : nullptr) {
            inspect(descriptors.descriptor(), number, "open");
        }
    }

    void inspect_link(const char* name, const char* access) {
        inspect(process_.get(), name, access);
    }

    void inspect(int base, const char* name, const char* access) {
        struct statx found {};
        if (look(base, name, found) != 0) return;
        if (S_ISBLK(found.stx_mode)) {
            const dev_t number = makedev(found.stx_rdev_major, found.stx_rdev_minor);
            if (wanted_.devices.contains(number)) note(found_.of_devices[number], access);
        }
        const bool has_mount = (found.stx_mask & STATX_MNT_ID) != 0;
        if (has_mount && wanted_.mounts.contains(found.stx_mnt_id)) {
            is_on_file_system_ = true;
            return note(found_.of_mounts[found.stx_mnt_id], access);
        }
        note_file(makedev(found.stx_dev_major, found.stx_dev_minor), found.stx_ino, access);
    }

    /// As look_at(), and with the id of the mount (Linux 5.8).
    static int look(int base, const char* name, struct statx& found) {
        const int flags = AT_STATX_DONT_SYNC | AT_NO_AUTOMOUNT;
        const unsigned wanted = STATX_TYPE | STATX_INO | STATX_MNT_ID;
        return ::statx(base, name, flags, wanted, &found);
    }

    void note_file(dev_t file_system, ino_t inode, const char* access) {
        if (wanted_.file_systems.contains(file_system)) {
            is_on_file_system_ = true;
            note(found_.of_file_systems[file_system], access);
        }
        const std::pair file(file_system, inode);
        if (wanted_.files.contains(file)) note(found_.of_files[file], access);
    }

    /// `7f00-7f01 r-xp 00000000 fe:00 1234  /bin/cat`: the number is that of the file system.
    /// @return whether there is memory, which all threads share.
    bool inspect_mappings() {
        if (is_on_file_system_) return true;
        const std::string text = read_text(process_.get(), "maps").text;
        std::istringstream lines(text);
        for (std::string line; std::getline(lines, line);) {
            std::istringstream fields(line);
            std::string addresses, rights, offset, device;
            ino_t inode = 0;
            fields >> addresses >> rights >> offset >> device >> inode;
            const std::size_t colon = device.find(':');
            if (!fields || inode == 0 || colon == std::string::npos) continue;
            const auto number = makedev(hexadecimal(device.substr(0, colon)),
                                        hexadecimal(device.substr(colon + 1)));
            note_file(number, inode, "mmap");
        }
        return !text.empty();
    }

    static unsigned hexadecimal(const std::string& text) {
        unsigned value = 0;
        std::from_chars(text.data(), text.data() + text.size(), value, 16);
        return value;
    }

    void note(std::vector<Holder>& holders, const char* access) const {
        if (holders.empty() || holders.back().pid != pid_) {
            holders.push_back({.pid = pid_});
            identify(holders.back());
        }
        std::vector<std::string>& all = holders.back().access;
        if (std::find(all.begin(), all.end(), access) == all.end()) all.emplace_back(access);
    }

    const WantedUses& wanted_;
    ProcessUses& found_;
    pid_t pid_ = 0;
    bool is_on_file_system_ = false;
    Descriptor process_{};
};

std::vector<pid_t> processes_in(const std::filesystem::path& proc) {
    std::vector<pid_t> pids;
    ProcDirectory entries(AT_FDCWD, proc.c_str());
    while (const auto pid = entries.is_open() ? entries.next_number() : std::nullopt) {
        if (*pid != ::getpid()) pids.push_back(*pid);
    }
    return pids;
}

}  // namespace

ProcessUses find_process_uses(const WantedUses& wanted, const std::filesystem::path& proc) {
    ProcessUses found;
    UseSearch search(wanted, found);
    const Descriptor directory = open_place(AT_FDCWD, proc.c_str());
    for (const pid_t pid : processes_in(proc)) search.inspect(directory.get(), pid);
    return found;
}

}  // namespace loopingcall::device::detail
