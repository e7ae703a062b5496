#pragma once

#include <loopingcall/device/report.hpp>
#include <loopingcall/export.hpp>
#include <loopingcall/process/wait_status.hpp>
#include <string>

namespace loopingcall::device {

/// All that a run of `fuser PATH` says, in the C locale.
struct FuserAnswer {
    process::WaitStatus status;
    std::string standard_output = {};
    std::string standard_error = {};
};

/// What the answer proves. A pure function: it inspects no process and no file, so the holders have
/// their pid alone.
///
/// Free is an exit with 1 and nothing on standard output, when all that standard error holds is
/// known to mean no more than that some process could not be inspected. Busy is an exit with 0 and
/// process ids. All else is unknown, since fuser exits with 1 for *free* and for *failed* alike
/// (psmisc 23.6).
///
/// @param path     what fuser was asked about: absolute, symbolic links resolved.
/// @param ignored  a process that does not count as a holder: the one that asks.
[[nodiscard]] LOOPINGCALL_EXPORT Report judge(const FuserAnswer& answer,
                                              const std::filesystem::path& path, pid_t ignored);

}  // namespace loopingcall::device
