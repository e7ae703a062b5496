#pragma once

#include <loopingcall/device/report.hpp>
#include <loopingcall/export.hpp>
#include <loopingcall/process/wait_status.hpp>
#include <string>

namespace loopingcall::device {

/// All that a run of `lsof -w -nP -F0pcuLft -- PATH` says.
struct LsofAnswer {
    process::WaitStatus status;
    std::string standard_output = {};
    std::string standard_error = {};
};

/// What the answer proves. A pure function, as that for FuserAnswer.
///
/// Free is an exit with 1 and nothing at all said. Busy is a list of processes, whatever the exit
/// code: lsof also exits with 1 when one of several names is free. All else is unknown, since lsof
/// exits with 1 for *nobody* and for *failed* alike (lsof 4.95).
///
/// @param path     what lsof was asked about: absolute, symbolic links resolved.
/// @param ignored  a process that does not count as a holder: the one that asks.
[[nodiscard]] LOOPINGCALL_EXPORT Report judge(const LsofAnswer& answer,
                                              const std::filesystem::path& path, pid_t ignored);

}  // namespace loopingcall::device
