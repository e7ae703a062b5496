#include "mount_namespaces.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <set>
#include <utility>

#include "device/kernel/proc_directory.hpp"
#include "device/proc/thread_tables.hpp"

namespace loopingcall::device::detail {

MountNamespaces read_mount_namespaces(const KernelView& view) {
    MountNamespaces found;
    ProcDirectory processes(AT_FDCWD, view.proc.c_str());
    if (!processes.is_open()) return found;
    struct stat own {};
    std::set<ino_t> known;
    if (::fstatat(processes.descriptor(), "self/ns/mnt", &own, 0) == 0) known.insert(own.st_ino);
    while (const auto pid = processes.next_number()) {
        for (const std::string& directory : directories_of_threads(processes.descriptor(), *pid)) {
            struct stat status {};
            const std::string space = directory + "/ns/mnt";
            if (::fstatat(processes.descriptor(), space.c_str(), &status, 0) != 0) {
                if (errno != ENOENT && errno != ESRCH) ++found.refused;
                continue;
            }
            if (!known.insert(status.st_ino).second) continue;
            const ProcText text =
                read_text(processes.descriptor(), (directory + "/mountinfo").c_str());
            if (text.text.empty()) {
                known.erase(status.st_ino);  // it has ended meanwhile: another one may show it
                continue;
            }
            found.others.push_back({*pid, parse_mountinfo(text.text)});
        }
    }
    return found;
}

}  // namespace loopingcall::device::detail
