#include "process_scan.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <system_error>
#include <thread>

#include "proc_directory.hpp"
#include "process_info.hpp"
#include "process_inspector.hpp"

namespace loopingcall::device::detail {

namespace {

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
        inspectors_.assign(std::min({wanted, cores, most_threads}), ProcessInspector(targets));
    }

    void look_at_descriptors() {
        share_out([this](ProcessInspector& inspector, pid_t pid) {
            inspector.look_at_descriptors(proc_, pid);
        });
    }

    void look_deeper() {
        share_out(
            [this](ProcessInspector& inspector, pid_t pid) { inspector.look_deeper(proc_, pid); });
        for (ProcessInspector& inspector : inspectors_) {
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
            const auto found = [&](const ProcessInspector& one) { return !one.found()[i].empty(); };
            if (std::none_of(inspectors_.begin(), inspectors_.end(), found)) return false;
        }
        return true;
    }

    void add_to(ProcessScan& scan) const {
        for (const ProcessInspector& inspector : inspectors_) inspector.add_to(scan);
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
    std::vector<ProcessInspector> inspectors_;
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
    scan.is_shallow = sweep.has_found_all();
    if (!scan.is_shallow) sweep.look_deeper();
    sweep.add_to(scan);
    for (auto& holders : scan.holders) {
        std::sort(holders.begin(), holders.end(),
                  [](const Holder& one, const Holder& other) { return one.pid < other.pid; });
        for (Holder& holder : holders) identify(holder);
    }
    return scan;
}

}  // namespace loopingcall::device::detail
