#include "process_scan.hpp"

#include <fcntl.h>
#include <linux/kcmp.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>

#include "mappings.hpp"
#include "proc_directory.hpp"
#include "process_info.hpp"
#include "scan_targets.hpp"

namespace loopingcall::device::detail {

namespace {

bool is_gone(int error) { return error == ENOENT || error == ESRCH || error == 0; }

/// Whether two threads have one table of this type; no, if the kernel does not tell.
bool share(pid_t one, pid_t other, int type) {
    return ::syscall(SYS_kcmp, one, other, type, 0, 0) == 0;
}

/// One process, or a thread of it that has tables of its own.
class Inspector {
  public:
    Inspector(ScanTargets& targets, ProcessScan& scan) : targets_(targets), scan_(scan) {}

    void inspect(int proc, pid_t pid, Depth depth) {
        pid_ = pid;
        const ProcDirectory process(proc, std::to_string(pid).c_str());
        if (!process.is_open()) return note_error(process.error());
        inspect_descriptors(process.descriptor(), depth);
        inspect_link(process.descriptor(), "exe", "exe");
        inspect_places(process.descriptor());
        if (depth == Depth::processes) return;
        inspect_mappings(process.descriptor());
        inspect_threads(process.descriptor(), depth);
    }

  private:
    void inspect_descriptors(int base, Depth depth) {
        ProcDirectory descriptors(base, "fd");
        if (!descriptors.is_open()) return note_refusal(base, descriptors.error());
        while (const char* const name = descriptors.next()) {
            struct statx found {};
            const int error = look_at(descriptors.descriptor(), name, found);
            if (error != 0) {
                note_error(error);
                continue;
            }
            targets_.note(found, pid_, "open");
            if (depth == Depth::threads && S_ISSOCK(found.stx_mode)) count_in_flight(base, name);
        }
    }

    void inspect_link(int base, const char* name, const char* access) {
        struct statx found {};
        const int error = look_at(base, name, found);
        error == 0 ? targets_.note(found, pid_, access) : note_refusal(base, error);
    }

    void inspect_places(int base) {
        inspect_link(base, "cwd", "cwd");
        inspect_link(base, "root", "root");
    }

    void inspect_mappings(int base) {
        for_each_mapped_file(read_proc_file(base, "maps"), [&](const std::string& link) {
            struct statx found {};
            if (look_at(base, ("map_files/" + link).c_str(), found) == 0) {
                targets_.note(found, pid_, "mmap");
            }
        });
    }

    /// Most threads share all with the process. Those that have unshared something, and those whose
    /// leader has ended, are looked at by themselves.
    void inspect_threads(int base, Depth depth) {
        ProcDirectory threads(base, "task");
        if (!threads.is_open()) return;
        while (const auto thread = threads.next_number()) {
            if (*thread == pid_) continue;
            const std::string name = std::to_string(*thread);
            const ProcDirectory own(threads.descriptor(), name.c_str());
            if (!own.is_open()) continue;
            if (!share(pid_, *thread, KCMP_FILES)) inspect_descriptors(own.descriptor(), depth);
            if (!share(pid_, *thread, KCMP_FS)) inspect_places(own.descriptor());
        }
    }

    /// `scm_fds: 2` in the information on a socket (Linux 5.6): sent to it, and not yet received.
    void count_in_flight(int base, const char* name) {
        const std::string text = read_proc_file(base, ("fdinfo/" + std::string(name)).c_str());
        constexpr std::string_view label = "scm_fds: ";
        const std::size_t found = text.find(label);
        if (found == std::string::npos) return;
        std::size_t count = 0;
        std::from_chars(text.data() + found + label.size(), text.data() + text.size(), count);
        scan_.in_flight += count;
    }

    void note_error(int error) {
        if (!is_gone(error)) scan_.uninspected.insert(pid_);
    }

    /// Kernel threads hold nothing; who is not root may not look into them either.
    void note_refusal(int base, int error) {
        if (!is_gone(error) && !is_kernel_thread(base)) scan_.uninspected.insert(pid_);
    }

    ScanTargets& targets_;
    ProcessScan& scan_;
    pid_t pid_ = 0;
};

/// /proc of another PID namespace, or none at all, has no entry for this process.
std::string problem_with(const ProcDirectory& proc) {
    if (!proc.is_open()) return std::string("/proc cannot be read: ") + std::strerror(proc.error());
    char self[32]{};
    const ssize_t size = ::readlinkat(proc.descriptor(), "self", self, sizeof self - 1);
    if (size > 0 && self == std::to_string(::getpid())) return {};
    return "/proc does not show this process: mount the one of its PID namespace";
}

/// The number that Linux gives the first PID namespace (PROC_PID_INIT_INO).
constexpr ino_t first_namespace = 0xEFFFFFFCU;

std::string blind_spot_of(const ProcDirectory& proc) {
    struct stat status {};
    if (::fstatat(proc.descriptor(), "self/ns/pid", &status, 0) == 0 &&
        status.st_ino != first_namespace) {
        return "this is a PID namespace of its own, from which no process outside can be seen; run "
               "on the host, or with its PID namespace";
    }
    if (::fstatat(proc.descriptor(), "1", &status, 0) != 0) {
        return "/proc hides the processes of other users (hidepid); run as root";
    }
    return {};
}

}  // namespace

ProcessScan scan_processes(const std::vector<ScanTarget>& targets, Depth depth,
                           const std::atomic<bool>& abandoned, const std::filesystem::path& path) {
    ProcessScan scan;
    ScanTargets found(targets);
    ProcDirectory proc(AT_FDCWD, path.c_str());
    scan.problem = problem_with(proc);
    if (!scan.problem.empty()) return scan;
    scan.blind_spot = blind_spot_of(proc);
    Inspector inspector(found, scan);
    const pid_t self = ::getpid();
    while (const auto pid = proc.next_number()) {
        if (abandoned.load(std::memory_order_relaxed)) break;
        if (*pid != self) inspector.inspect(proc.descriptor(), *pid, depth);
    }
    scan.holders = found.take();
    for (auto& holders : scan.holders) {
        for (Holder& holder : holders) identify(holder);
    }
    return scan;
}

}  // namespace loopingcall::device::detail
