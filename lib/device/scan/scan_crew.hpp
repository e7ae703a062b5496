#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "device/proc/process_list.hpp"
#include "process_scan.hpp"
#include "scan_worker.hpp"

namespace loopingcall::device::detail {

/// The threads of one scan. The one that makes it gives them work and watches them: one that hangs
/// in a process is abandoned there, and another one goes on with the rest.
class ScanCrew {
  public:
    ScanCrew(std::shared_ptr<ScanWork> work, const ScanLimits& limits);
    /// Ends the threads; one that hangs ends by itself, later.
    ~ScanCrew();
    ScanCrew(const ScanCrew&) = delete;
    ScanCrew& operator=(const ScanCrew&) = delete;

    /// Inspects all of these processes; returns when each of them was inspected or is a gap, or
    /// else the result has a problem: the time is up, or the scan was abandoned.
    /// @return how many of the processes had ended before.
    std::size_t look_at(const std::vector<ListedProcess>& processes, Look look);

  private:
    using Clock = std::chrono::steady_clock;

    /// A thread, and what was last seen of it.
    struct Member {
        std::shared_ptr<ScanWorker> worker;
        std::thread thread = {};
        std::uint64_t taken = 0;
        std::uint64_t entries = 0;
        Duration in_process{0};
        Duration stuck{0};
    };

    void set_work(const std::vector<ListedProcess>& processes, Look look);
    void employ(std::size_t wanted);
    std::size_t watch(Duration passed);
    bool is_hung(Member& member, Duration passed) const;
    void note_hung(const ListedProcess& process);
    void stop(const std::string& why);
    [[nodiscard]] std::string reason_to_stop(Clock::time_point now) const;

    std::shared_ptr<ScanWork> work_;
    ScanLimits limits_;
    Clock::time_point deadline_;
    std::vector<Member> members_;
    bool is_full_ = false;  // too many threads hang
};

}  // namespace loopingcall::device::detail
