#pragma once

#include <sys/types.h>

#include <exception>
#include <set>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "process_scan.hpp"
#include "scan_targets.hpp"

namespace loopingcall::device::detail {

/// Looks into processes, one after the other, for all targets of a scan. What it may not see it
/// counts; what it cannot see for want of descriptors or memory it throws, since nobody can be
/// called free after that.
class ProcessInspector {
  public:
    explicit ProcessInspector(const std::vector<ScanTarget>& targets) : targets_(targets) {}

    /// What a process has open, and where it is.
    void look_at_descriptors(int proc, pid_t pid);

    /// What it has mapped, and what its threads have apart from it. Who may not see the one may not
    /// see the other either.
    void look_deeper(int proc, pid_t pid);

    /// What is on its way through the sockets that were found.
    void look_into_sockets(int proc);

    /// The rest of a process could not be looked at.
    void note_failure(const std::exception& error);

    [[nodiscard]] const std::vector<std::vector<Holder>>& found() const { return targets_.found(); }
    void add_to(ProcessScan& scan) const;

  private:
    void inspect_descriptors(int base);
    bool note(int base, const char* name, const struct statx& found, const char* access);
    void inspect_link(int base, const char* name, const char* access);
    void inspect_places(int base);
    void inspect_mappings(int base);
    void inspect_threads(int base);
    void count_in_flight(int proc, const std::string& name);
    void note_error(int error);
    void note_refusal(int base, int error);

    ScanTargets targets_;
    std::set<pid_t> uninspected_;
    std::vector<std::pair<pid_t, std::string>> sockets_;
    std::unordered_set<std::string> strangers_;
    std::size_t in_flight_ = 0;
    std::string problem_;
    pid_t pid_ = 0;  // that is looked into
};

}  // namespace loopingcall::device::detail
