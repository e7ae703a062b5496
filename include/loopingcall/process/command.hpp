#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace loopingcall::process {

/// What to run. No shell is involved: every argument reaches the program as it is.
struct Command {
    /// The program and its arguments. A program without a slash is looked for in the directories of
    /// the child's PATH. Not empty.
    std::vector<std::string> argv;

    /// Variables to set in the child's environment, or to remove from it (no value); the rest is
    /// inherited.
    std::map<std::string, std::optional<std::string>> environment = {};

    /// Where the child runs. Empty: where this process does.
    std::filesystem::path working_directory = {};
};

}  // namespace loopingcall::process
