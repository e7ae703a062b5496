#pragma once

#include <chrono>
#include <loopingcall/config/config.hpp>
#include <loopingcall/device/wait_until_free.hpp>
#include <string>
#include <vector>

namespace diskwait {

/// The exit statuses that do not come from a signal or from COMMAND.
enum ExitCode : int { exit_free = 0, exit_busy = 1, exit_usage = 2, exit_unknown = 3 };

/// The result of the program, for every form of output.
struct Result {
    std::string name;  ///< free, busy, unknown, usage_error, config_error, interrupted
    int exit_code = exit_free;
    std::chrono::nanoseconds elapsed{0};
    std::vector<loopingcall::device::WaitResult> devices = {};
    std::vector<loopingcall::config::Diagnostic> errors = {};
    /// Whether it is that of --one-check, which another diskwait reads.
    bool one_check = false;
    /// Whether the trees of uses are wanted.
    bool explain = false;
};

/// The values of all options, with their sources and the values that they override, as one JSON
/// object, without a newline. Secrets are not shown.
[[nodiscard]] std::string to_json(const loopingcall::config::Config& config);

/// The result as one JSON object of the schema diskwait/1, without a newline.
[[nodiscard]] std::string to_json(const Result& result);

}  // namespace diskwait
