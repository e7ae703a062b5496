#pragma once

#include <sys/types.h>

#include <string>
#include <unordered_map>
#include <vector>

#include "device/kernel/proc_directory.hpp"
#include "exemptions.hpp"

namespace loopingcall::device::detail {

/// One process, as /proc lists it.
struct ListedProcess {
    pid_t pid = 0;
    /// The inode of its directory: another process that gets the same pid has another one.
    ino_t entry = 0;

    friend bool operator==(const ListedProcess&, const ListedProcess&) = default;
};

/// The processes of /proc but this one, and those that are ignored.
class ProcessList {
  public:
    ProcessList(const char* path, IgnoredProcesses to_ignore);

    /// Why /proc says nothing of the processes; empty if it does.
    [[nodiscard]] std::string problem() const;
    /// Why a process may be out of sight altogether, and what to do about it; empty if none is.
    [[nodiscard]] std::string blind_spot() const;
    [[nodiscard]] int descriptor() const { return proc_.descriptor(); }

    /// Those that are there now, and have not been read before.
    std::vector<ListedProcess> read_new();

    /// The ignored processes that were met.
    [[nodiscard]] const std::vector<pid_t>& ignored() const { return ignored_; }

  private:
    bool is_left_out(pid_t pid);

    const pid_t self_;
    std::string path_;
    ProcDirectory proc_;
    IgnoredProcesses to_ignore_;
    std::unordered_map<pid_t, ino_t> read_;
    std::vector<pid_t> ignored_;
};

}  // namespace loopingcall::device::detail
