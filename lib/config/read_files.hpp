#pragma once

#include <loopingcall/config/diagnostic.hpp>
#include <loopingcall/config/ini.hpp>
#include <loopingcall/config/sources.hpp>
#include <vector>

namespace loopingcall::config::detail {

/// What the files hold, in the order in which a later one beats an earlier one.
struct ReadFiles {
    std::vector<IniFile> files = {};
    /// Files and directories that are not there or cannot be read.
    std::vector<Diagnostic> errors = {};
};

[[nodiscard]] ReadFiles read_files(const Sources& sources);

}  // namespace loopingcall::config::detail
