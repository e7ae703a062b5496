#pragma once

#include <loopingcall/config/command_line.hpp>
#include <loopingcall/config/config.hpp>
#include <optional>

#include <chrono>

namespace diskwait {

/// Loads the configuration that a command line asks for. To find and read the files takes as long
/// as a FIFO has no writer, or a file system does not answer; so a thread does it that is abandoned
/// after time_to_read().
/// @param strict     unknown keys are errors.
/// @param one_check  only the flags count: no file and no variable.
/// @return nothing if the files were not read in time.
[[nodiscard]] std::optional<loopingcall::config::Config> read_config(
    const loopingcall::config::CommandLine& line, bool strict, bool one_check);

/// How long reading files may delay the program, from its flags and environment: the value in a
/// file is not known yet. For a wait of one check, the timeout of a check. Nothing: no limit.
[[nodiscard]] std::optional<std::chrono::nanoseconds> time_to_read(
    const loopingcall::config::CommandLine& line);

}  // namespace diskwait
