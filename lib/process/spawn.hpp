#pragma once

#include <sys/types.h>

#include <boost/system/error_code.hpp>
#include <loopingcall/process/command.hpp>
#include <string>
#include <vector>

namespace loopingcall::process::detail {

/// A child that has been started; or why it could not be, with the program and the step.
struct Spawned {
    pid_t pid = -1;
    boost::system::error_code error;
    std::string message;
};

/// Starts `command` with /dev/null as its input and the two descriptors as its outputs.
///
/// With `posix_spawn`, whose cost does not grow with the memory of this process, as that of `fork`
/// does (45 ms on the event loop at 1 GB), and which reports a failed exec as an error, while the
/// child that Boost.Process 1.81 forks runs this process's atexit handlers.
Spawned spawn(const Command& command, int standard_output, int standard_error);

/// The environment of this process with the command's changes, as NAME=value.
std::vector<std::string> environment_of(const Command& command);

/// The path of the program: as it is if it has a slash, else found in the PATH of `environment`.
/// Empty if there is none.
std::string find_program(const std::string& program, const std::vector<std::string>& environment);

}  // namespace loopingcall::process::detail
