#include "disk_locks.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <sstream>

#include "device/kernel/kernel_view.hpp"
#include "device/kernel/proc_directory.hpp"
#include "udev_node.hpp"

namespace loopingcall::device::detail {

namespace {

using Path = std::filesystem::path;

/// "00:06:342": the file system in hexadecimal numbers, and the inode.
bool parse_place(const std::string& text, FileLock& lock) {
    char* end = nullptr;
    const auto major_number = std::strtoul(text.c_str(), &end, 16);
    if (*end != ':') return false;
    const auto minor_number = std::strtoul(end + 1, &end, 16);
    if (*end != ':') return false;
    lock.file_system =
        makedev(static_cast<unsigned>(major_number), static_cast<unsigned>(minor_number));
    lock.inode = std::strtoull(end + 1, nullptr, 10);
    return true;
}

pid_t parent_of(pid_t pid, const Path& proc) {
    const std::string text = first_line_of(proc / std::to_string(pid) / "stat");
    const std::size_t name_end = text.rfind(')');  // the name may hold anything
    if (name_end == std::string::npos) return 0;
    std::istringstream fields(text.substr(name_end + 1));
    std::string state;
    pid_t parent = 0;
    fields >> state >> parent;
    return parent;
}

/// The locks on one node.
class LockFinder {
  public:
    LockFinder(const struct stat& node, const Path& proc) : node_(node), proc_(proc) {}

    /// Beside an exclusive lock of ours there is no other one.
    DiskLocks find() {
        const std::vector<FileLock> own_locks = locks_of_us();
        DiskLocks found{.ours = has_exclusive(own_locks)};
        if (found.ours) return found;
        KernelText table =
            read_optional_table({.proc = proc_, .genuine = proc_ == "/proc"}, "locks");
        found.problem = std::move(table.problem);
        std::vector<FileLock> locks = of_node(parse_locks(table.text));
        for (const FileLock& own : own_locks) {
            std::erase_if(locks, [&](const FileLock& one) { return one.pid == own.pid; });
        }
        for (const FileLock& lock : locks) {
            DiskLocks::Owner owner = owner_of(lock);
            auto& owners = is_udevd(owner.command) ? found.workers : found.others;
            owners.push_back(std::move(owner));
        }
        return found;
    }

    [[nodiscard]] bool is_ours() const { return has_exclusive(locks_of_us()); }

    [[nodiscard]] bool has_lock(pid_t pid) const { return !locks_of(pid).empty(); }

  private:
    static bool has_exclusive(const std::vector<FileLock>& locks) {
        return std::any_of(locks.begin(), locks.end(),
                           [](const FileLock& one) { return one.exclusive; });
    }

    /// Of this process and its ancestors.
    [[nodiscard]] std::vector<FileLock> locks_of_us() const {
        std::vector<FileLock> locks;
        for (pid_t pid = ::getpid(); pid > 0; pid = parent_of(pid, proc_)) {
            const std::vector<FileLock> some = locks_of(pid);
            locks.insert(locks.end(), some.begin(), some.end());
        }
        return locks;
    }

    [[nodiscard]] std::vector<FileLock> of_node(std::vector<FileLock> locks) const {
        std::erase_if(locks, [&](const FileLock& lock) {
            return lock.file_system != node_.st_dev || lock.inode != node_.st_ino;
        });
        return locks;
    }

    std::vector<FileLock> locks_of(pid_t pid) const {
        const Path directory = proc_ / std::to_string(pid) / "fdinfo";
        std::vector<FileLock> locks;
        ProcDirectory entries(AT_FDCWD, directory.c_str());
        if (!entries.is_open()) return locks;
        while (const char* const name = entries.next()) {
            const auto some = of_node(parse_locks(read_proc_file(entries.descriptor(), name)));
            locks.insert(locks.end(), some.begin(), some.end());
        }
        return locks;
    }

    [[nodiscard]] bool has(pid_t pid, const FileLock& lock) const {
        const auto own = locks_of(pid);
        return std::any_of(own.begin(), own.end(),
                           [&](const FileLock& one) { return one.pid == lock.pid; });
    }

    /// The process that took a lock may have left it to another, and its number, too.
    DiskLocks::Owner owner_of(const FileLock& lock) const {
        if (lock.pid > 0 && has(lock.pid, lock)) return named(lock.pid, lock);
        ProcDirectory processes(AT_FDCWD, proc_.c_str());
        while (const auto pid = processes.is_open() ? processes.next_number() : std::nullopt) {
            if (has(*pid, lock)) return named(*pid, lock);
        }
        return named(lock.pid, lock);
    }

    [[nodiscard]] DiskLocks::Owner named(pid_t pid, const FileLock& lock) const {
        return {.pid = pid,
                .command = first_line_of(proc_ / std::to_string(pid) / "comm"),
                .exclusive = lock.exclusive};
    }

    const struct stat& node_;
    const Path& proc_;
};

}  // namespace

std::vector<FileLock> parse_locks(std::string_view text) {
    std::vector<FileLock> locks;
    std::istringstream lines{std::string(text)};
    for (std::string line; std::getline(lines, line);) {
        const std::size_t kind = line.find("FLOCK ");
        if (kind == std::string::npos || line.find("->") < kind) continue;
        std::istringstream fields(line.substr(kind));
        std::string flock, advisory, access, place;
        FileLock lock;
        fields >> flock >> advisory >> access >> lock.pid >> place;
        lock.exclusive = access == "WRITE";
        if (fields && parse_place(place, lock)) locks.push_back(lock);
    }
    return locks;
}

DiskLocks find_disk_locks(const std::string& node, const UdevPlaces& places) {
    struct stat status {};
    if (::stat(node.c_str(), &status) != 0) return {};
    DiskLocks found = LockFinder(status, places.proc).find();
    found.elsewhere = problem_with_node(node, places);
    found.ours = found.ours && found.elsewhere.empty();
    return found;
}

bool is_locked_by_us(const std::string& node, const UdevPlaces& places) {
    struct stat status {};
    return ::stat(node.c_str(), &status) == 0 && LockFinder(status, places.proc).is_ours() &&
           problem_with_node(node, places).empty();
}

bool has_owner_still(const DiskLocks& locks, const std::string& node, const UdevPlaces& places) {
    struct stat status {};
    if (::stat(node.c_str(), &status) != 0) return false;
    const LockFinder finder(status, places.proc);
    const auto has_lock = [&](const DiskLocks::Owner& owner) { return finder.has_lock(owner.pid); };
    return std::any_of(locks.workers.begin(), locks.workers.end(), has_lock) ||
           std::any_of(locks.others.begin(), locks.others.end(), has_lock);
}

Answer lock_answer(const DiskLocks& locks, const std::filesystem::path& node) {
    if (!locks.problem.empty()) return not_inspected(Source::lock, locks.problem);
    std::vector<Claim> claims;
    for (const auto* const owners : {&locks.workers, &locks.others}) {
        for (const DiskLocks::Owner& owner : *owners) {
            const std::string name = owner.command.empty() ? "process" : owner.command;
            claims.push_back({ClaimKind::lock, name + ' ' + std::to_string(owner.pid), node});
        }
    }
    if (claims.empty() && !locks.elsewhere.empty()) {
        return not_inspected(Source::lock, locks.elsewhere);
    }
    Answer lock = answer(Source::lock, std::move(claims));
    if (locks.ours) lock.why = "locked by this process or an ancestor";
    return lock;
}

}  // namespace loopingcall::device::detail
