#include "thread_tables.hpp"

#include <linux/kcmp.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "device/kernel/proc_directory.hpp"

namespace loopingcall::device::detail {

std::vector<std::string> directories_of_threads(int proc, pid_t pid) {
    std::vector<std::string> directories{std::to_string(pid)};
    const std::string tasks = directories.front() + "/task";
    if (!has_threads(proc, tasks.c_str())) return directories;
    ProcDirectory threads(proc, tasks.c_str());
    while (const auto thread = threads.is_open() ? threads.next_number() : std::nullopt) {
        if (*thread != pid) directories.push_back(tasks + '/' + std::to_string(*thread));
    }
    return directories;
}

bool has_threads(int base, const char* tasks) {
    struct stat status {};
    return ::fstatat(base, tasks, &status, 0) != 0 || status.st_nlink != 3;
}

bool ThreadTables::has_new_files(pid_t thread) { return insert(files_, thread, KCMP_FILES); }

bool ThreadTables::has_new_places(pid_t thread) { return insert(places_, thread, KCMP_FS); }

/// If the kernel does not compare, or one of the two has ended, it may be new: that is safe.
bool ThreadTables::insert(std::vector<pid_t>& known, pid_t thread, int type) {
    auto begin = known.begin();
    auto end = known.end();
    while (begin != end) {
        const auto middle = begin + (end - begin) / 2;
        const long order = ::syscall(SYS_kcmp, thread, *middle, type, 0, 0);
        if (order == 0) return false;
        if (order == 1) {
            end = middle;
        } else if (order == 2) {
            begin = middle + 1;
        } else {
            return true;
        }
    }
    known.insert(begin, thread);
    return true;
}

}  // namespace loopingcall::device::detail
