#include "process_scan.hpp"

#include <fcntl.h>
#include <linux/kcmp.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <system_error>
#include <thread>
#include <unordered_set>
#include <utility>

#include "mappings.hpp"
#include "proc_directory.hpp"
#include "process_info.hpp"
#include "scan_targets.hpp"
#include "shortage.hpp"

namespace loopingcall::device::detail {

namespace {

bool is_gone(int error) { return error == ENOENT || error == ESRCH || error == 0; }

/// Whether two threads have one table of this type; no, if the kernel does not tell.
bool share(pid_t one, pid_t other, int type) {
    return ::syscall(SYS_kcmp, one, other, type, 0, 0) == 0;
}

/// Looks into processes, for all targets.
class Inspector {
  public:
    explicit Inspector(const std::vector<ScanTarget>& targets) : targets_(targets) {}

    /// What a process has open, and where it is.
    void look_at_descriptors(int proc, pid_t pid) {
        pid_ = pid;
        const auto process = open_place(proc, std::to_string(pid).c_str());
        if (!process.is_open()) return note_error(errno);
        inspect_descriptors(process.get());
        inspect_link(process.get(), "exe", "exe");
        inspect_places(process.get());
    }

    /// What it has mapped, and what its threads have apart from it. Who may not see the one may not
    /// see the other either.
    void look_deeper(int proc, pid_t pid) {
        if (uninspected_.contains(pid)) return;
        pid_ = pid;
        const auto process = open_place(proc, std::to_string(pid).c_str());
        if (!process.is_open()) return throw_if_shortage(errno, "/proc");
        inspect_mappings(process.get());
        if (has_threads(process.get())) inspect_threads(process.get());
    }

    void look_into_sockets(int proc) {
        for (const auto& [pid, descriptor] : std::exchange(sockets_, {})) {
            count_in_flight(proc, std::to_string(pid) + "/fdinfo/" + descriptor);
        }
    }

    [[nodiscard]] const std::vector<std::vector<Holder>>& found() const { return targets_.found(); }

    /// The rest of a process could not be looked at for want of something of ours.
    void note_failure(const std::exception& error) {
        problem_ = std::string("/proc could not be looked through: ") + error.what();
    }

    void add_to(ProcessScan& scan) const {
        if (!problem_.empty()) scan.problem = problem_;
        scan.uninspected.insert(uninspected_.begin(), uninspected_.end());
        scan.in_flight += in_flight_;
        for (std::size_t i = 0; i < scan.holders.size(); ++i) {
            scan.holders[i].insert(scan.holders[i].end(), found()[i].begin(), found()[i].end());
        }
    }

  private:
    void inspect_descriptors(int base) {
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
            if (S_ISSOCK(found.stx_mode)) sockets_.emplace_back(pid_, name);
        }
    }

    void inspect_link(int base, const char* name, const char* access) {
        struct statx found {};
        const int error = look_at(base, name, found);
        if (error != 0) return note_refusal(base, error);
        targets_.note(found, pid_, access);
    }

    void inspect_places(int base) {
        inspect_link(base, "cwd", "cwd");
        inspect_link(base, "root", "root");
    }

    /// Most processes map the same few files, so those that are not looked for are remembered.
    void inspect_mappings(int base) {
        for_each_mapped_file(read_proc_file(base, "maps"), [&](const MappedFile& file) {
            const bool may_be_one = targets_.has_inode(file.inode);
            if (!may_be_one && strangers_.contains(std::string(file.identity))) return;
            struct statx found {};
            const int error = look_at(base, ("map_files/" + file.link).c_str(), found);
            if (error != 0) return throw_if_shortage(error, "map_files");
            if (!targets_.note(found, pid_, "mmap")) strangers_.emplace(file.identity);
        });
    }

    /// /proc/PID/task has a link for each thread, beside two of its own.
    static bool has_threads(int base) {
        struct stat status {};
        return ::fstatat(base, "task", &status, 0) != 0 || status.st_nlink != 3;
    }

    /// Most threads share all with the process. Those that have unshared something, and those whose
    /// leader has ended, are looked at by themselves.
    void inspect_threads(int base) {
        ProcDirectory threads(base, "task");
        if (!threads.is_open()) return throw_if_shortage(threads.error(), "task");
        while (const auto thread = threads.next_number()) {
            if (*thread == pid_) continue;
            const std::string name = std::to_string(*thread);
            const auto own = open_place(threads.descriptor(), name.c_str());
            if (!own.is_open()) {
                throw_if_shortage(errno, "task");
                continue;
            }
            if (!share(pid_, *thread, KCMP_FILES)) inspect_descriptors(own.get());
            if (!share(pid_, *thread, KCMP_FS)) inspect_places(own.get());
        }
    }

    /// `scm_fds: 2` in the information on a socket (Linux 5.6): sent to it, and not yet received.
    void count_in_flight(int proc, const std::string& name) {
        const std::string text = read_proc_file(proc, name.c_str());
        constexpr std::string_view label = "scm_fds: ";
        const std::size_t at = text.find(label);
        if (at == std::string::npos) return;
        std::size_t count = 0;
        std::from_chars(text.data() + at + label.size(), text.data() + text.size(), count);
        in_flight_ += count;
    }

    void note_error(int error) {
        throw_if_shortage(error, "/proc");
        if (!is_gone(error)) uninspected_.insert(pid_);
    }

    /// Kernel threads hold nothing; who is not root may not look into them either.
    void note_refusal(int base, int error) {
        throw_if_shortage(error, "/proc");
        if (!is_gone(error) && !is_kernel_thread(base)) uninspected_.insert(pid_);
    }

    ScanTargets targets_;
    std::set<pid_t> uninspected_;
    std::vector<std::pair<pid_t, std::string>> sockets_;
    std::unordered_set<std::string> strangers_;
    std::size_t in_flight_ = 0;
    std::string problem_;
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

std::vector<pid_t> processes_in(ProcDirectory& proc) {
    std::vector<pid_t> pids;
    const pid_t self = ::getpid();
    while (const auto pid = proc.next_number()) {
        if (*pid != self) pids.push_back(*pid);
    }
    return pids;
}

/// Shares the processes out among some threads: looking into 2,000 of them takes a tenth of a
/// second of system calls.
class Sweep {
  public:
    Sweep(ProcDirectory& proc, const std::vector<ScanTarget>& targets,
          const std::atomic<bool>& abandoned)
        : proc_(proc.descriptor()), pids_(processes_in(proc)), abandoned_(abandoned) {
        constexpr std::size_t fewest_for_a_thread = 64;
        constexpr std::size_t most_threads = 4;
        const std::size_t cores = std::max(std::thread::hardware_concurrency(), 1U);
        const std::size_t wanted = pids_.size() / fewest_for_a_thread + 1;
        inspectors_.assign(std::min({wanted, cores, most_threads}), Inspector(targets));
    }

    void look_at_descriptors() {
        share_out(
            [this](Inspector& inspector, pid_t pid) { inspector.look_at_descriptors(proc_, pid); });
    }

    void look_deeper() {
        share_out([this](Inspector& inspector, pid_t pid) { inspector.look_deeper(proc_, pid); });
        for (Inspector& inspector : inspectors_) {
            try {
                inspector.look_into_sockets(proc_);
            } catch (const std::exception& error) {
                inspector.note_failure(error);
            }
        }
    }

    /// Whether somebody was found for each of the targets.
    [[nodiscard]] bool has_found_all() const {
        for (std::size_t i = 0; i < inspectors_.front().found().size(); ++i) {
            const auto found = [&](const Inspector& one) { return !one.found()[i].empty(); };
            if (std::none_of(inspectors_.begin(), inspectors_.end(), found)) return false;
        }
        return true;
    }

    void add_to(ProcessScan& scan) const {
        for (const Inspector& inspector : inspectors_) inspector.add_to(scan);
    }

  private:
    /// A process is always the same inspector's.
    template <class Look>
    void share_out(const Look& look) {
        const auto work = [&](std::size_t first) {
            for (std::size_t i = first; i < pids_.size(); i += inspectors_.size()) {
                if (abandoned_.load(std::memory_order_relaxed)) return;
                try {
                    look(inspectors_[first], pids_[i]);
                } catch (const std::exception& error) {
                    inspectors_[first].note_failure(error);
                }
            }
        };
        std::vector<std::jthread> threads;
        for (std::size_t i = 1; i < inspectors_.size(); ++i) {
            try {
                threads.emplace_back(work, i);
            } catch (const std::system_error&) {
                work(i);  // no thread is to be had
            }
        }
        work(0);
    }

    int proc_;
    std::vector<pid_t> pids_;
    const std::atomic<bool>& abandoned_;
    std::vector<Inspector> inspectors_;
};

}  // namespace

ProcessScan scan_processes(const std::vector<ScanTarget>& targets,
                           const std::atomic<bool>& abandoned, const std::filesystem::path& path) {
    ProcessScan scan;
    ProcDirectory proc(AT_FDCWD, path.c_str());
    scan.problem = problem_with(proc);
    scan.holders.resize(targets.size());
    if (!scan.problem.empty()) return scan;
    scan.blind_spot = blind_spot_of(proc);
    Sweep sweep(proc, targets, abandoned);
    sweep.look_at_descriptors();
    if (!sweep.has_found_all()) sweep.look_deeper();
    sweep.add_to(scan);
    for (auto& holders : scan.holders) {
        std::sort(holders.begin(), holders.end(),
                  [](const Holder& one, const Holder& other) { return one.pid < other.pid; });
        for (Holder& holder : holders) identify(holder);
    }
    return scan;
}

}  // namespace loopingcall::device::detail
