#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace loopingcall::process {

/// What to run. No shell is involved: every argument reaches the program as it is. A script without
/// a `#!` line is run by /bin/sh, as execvp(3) does.
struct Command {
    /// The program and its arguments. A program without a slash is searched in the directories of
    /// the child's PATH. Not empty.
    std::vector<std::string> argv;

    /// Variables to set in the child's environment, or to remove from it (no value).
    std::map<std::string, std::optional<std::string>> environment = {};

    /// Whether the child sees `environment` alone. Otherwise the rest is inherited.
    bool clean_environment = false;

    /// Where the child runs, and what a relative program is relative to. Empty: where this process
    /// does.
    std::filesystem::path working_directory = {};

    /// What the child reads from its standard input, as from a file. Empty: /dev/null.
    std::string input = {};

    /// A descriptor of this process that becomes the child's standard input, in place of `input`:
    /// `STDIN_FILENO` hands on our own. It must stay open until the operation completes, and is
    /// never closed, as is true of the next two.
    std::optional<int> input_from = std::nullopt;

    /// A descriptor of this process that becomes the child's standard output: the child writes to
    /// it at once and directly, nothing is read or kept here, and nothing can be missing.
    std::optional<int> output_to = std::nullopt;

    /// The same for the child's standard error.
    std::optional<int> error_output_to = std::nullopt;

    /// Whether `root_helper` is put before `argv`, unless this process is root already
    /// (`processutils.execute`). What runs as another user may be beyond our signals.
    bool run_as_root = false;

    /// The program, with its arguments, that runs another one as root. `-n`: sudo fails instead of
    /// asking for a password.
    std::vector<std::string> root_helper = {"sudo", "-n"};
};

/// `command` with messages and number formats as a parser expects them, whatever the user's locale.
[[nodiscard]] inline Command in_c_locale(Command command) {
    command.environment["LC_ALL"] = "C";
    return command;
}

}  // namespace loopingcall::process
