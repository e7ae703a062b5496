#include "thread_tables.hpp"

#include <linux/kcmp.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace loopingcall::device::detail {

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
