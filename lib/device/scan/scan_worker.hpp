#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "device/proc/hung_processes.hpp"
#include "device/proc/process_list.hpp"
#include "process/launch/descriptor.hpp"
#include "process_inspector.hpp"
#include "scan_targets.hpp"

namespace loopingcall::device::detail {

/// The work of one scan, what its threads found, and all that they use: a thread that hangs may
/// outlive the scan. The mutex guards everything that is not const.
struct ScanWork {
    /// @param directory  of /proc; copied.
    ScanWork(int directory, std::vector<ScanTarget> looked_for);

    /// Adds what one inspection of one process found.
    void merge(const ListedProcess& process, Findings findings);

    const process::detail::Descriptor proc;
    const ScanTargets targets;

    std::mutex mutex{};
    std::condition_variable more{};  // processes, or the end
    std::condition_variable done{};
    std::vector<ListedProcess> processes{};
    Look look = Look::descriptors;
    std::size_t next = 0;  // of the processes that no thread has taken
    std::size_t unfinished = 0;
    std::size_t gone = 0;  // of the processes: those that had ended
    bool is_closed = false;

    ProcessScan result{};
    std::unordered_set<pid_t> refused{};
    /// What later looks need, of the processes that have threads, sockets or rings.
    std::unordered_map<pid_t, Findings> known{};
    std::unordered_set<std::uint64_t> rings{};  // that a descriptor was found of
    std::unordered_map<pid_t, std::vector<std::uint64_t>> mapped_rings{};
    std::unordered_map<pid_t, std::size_t> in_flight{};
};

/// One thread of a scan. What is not private is guarded by the mutex of the work.
class ScanWorker {
  public:
    ScanWorker(std::shared_ptr<ScanWork> work, std::shared_ptr<const std::atomic<bool>> abandoned);

    /// Takes processes as long as there are any; waits for more if it is to `stay`.
    void serve(bool stay);

    [[nodiscard]] bool is_busy() const { return is_busy_; }
    [[nodiscard]] bool is_given_up() const { return is_given_up_; }
    [[nodiscard]] const ListedProcess& process() const { return process_; }
    /// How many processes it has taken, and how many entries it has inspected in all of them.
    [[nodiscard]] std::uint64_t taken() const { return taken_; }
    [[nodiscard]] std::uint64_t entries() const { return progress_.entries(); }
    /// What it finds does not count any more, and it ends when it can.
    void give_up();

  private:
    Findings inspect(Look look, const Findings& known, std::string& failure);

    const std::shared_ptr<ScanWork> work_;
    Progress progress_;
    ProcessInspector inspector_;

    bool is_busy_ = false;
    bool is_given_up_ = false;
    ListedProcess process_{};
    std::uint64_t taken_ = 0;
};

}  // namespace loopingcall::device::detail
