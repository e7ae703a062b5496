#pragma once

#include <cstddef>
#include <loopingcall/config/diagnostic.hpp>
#include <loopingcall/config/ini.hpp>
#include <loopingcall/config/sources.hpp>
#include <vector>

namespace loopingcall::config::detail {

/// What the files hold, in order: a later file overrides an earlier one.
struct ReadFiles {
    std::vector<IniFile> files = {};
    /// Which of Sources::files each of them comes from.
    std::vector<std::size_t> sources = {};
    /// About files and directories that are missing, cannot be read, or must not be.
    std::vector<Diagnostic> problems = {};
};

/// May block for as long as a FIFO has no writer, or a file system does not answer.
[[nodiscard]] ReadFiles read_files(const Sources& sources);

}  // namespace loopingcall::config::detail
