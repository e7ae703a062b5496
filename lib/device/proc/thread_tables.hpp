#pragma once

#include <sys/types.h>

#include <set>
#include <string>
#include <vector>

namespace loopingcall::device::detail {

/// Whether this directory, that of the threads of a process, has more than one, or cannot be read.
/// It has a link for each thread, beside two of its own.
bool has_threads(int base, const char* tasks);

/// The directories below /proc of a process and of its other threads: "12", "12/task/13". The first
/// thread may have ended, and each thread may have files, places and a mount namespace of its own.
std::vector<std::string> directories_of_threads(int proc, pid_t pid);

/// Finds which threads of a process share what with others, so that what they share is inspected
/// once: most share all with the process. The kernel compares for us (kcmp), by an order, so that a
/// thousand threads cost ten thousand comparisons.
class ThreadTables {
  public:
    /// @param leader  the first thread of the process, which has been inspected.
    explicit ThreadTables(pid_t leader) : seen_{leader}, files_{leader}, places_{leader} {}

    /// Whether this thread has not been asked about before.
    bool add(pid_t thread) { return seen_.insert(thread).second; }
    /// Whether it has descriptors that no thread before it had, or that may be so.
    bool has_new_files(pid_t thread);
    /// The same for its working and root directory.
    bool has_new_places(pid_t thread);

  private:
    static bool insert(std::vector<pid_t>& known, pid_t thread, int type);

    std::set<pid_t> seen_;
    std::vector<pid_t> files_;  // one thread for each table, in the order of the kernel
    std::vector<pid_t> places_;
};

}  // namespace loopingcall::device::detail
