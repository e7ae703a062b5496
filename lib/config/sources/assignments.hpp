#pragma once

#include <cstddef>
#include <loopingcall/config/diagnostic.hpp>
#include <loopingcall/config/option.hpp>
#include <loopingcall/config/setting.hpp>
#include <loopingcall/config/sources.hpp>
#include <string>
#include <vector>

#include "config/options/option_index.hpp"

namespace loopingcall::config::detail {

/// An entry of a file that sets an option.
struct Assignment {
    std::size_t file;  ///< its number, in the order in which the files are read
    std::size_t rank;  ///< of the name that the entry uses: see Meaning
    std::string text;
    bool is_quoted;
    Origin origin;
};

/// The entries of all files, sorted by the option that they set.
struct Assignments {
    /// In the order of the table; for each option, in the order of the files and their lines.
    std::vector<std::vector<Assignment>> of_options;
    /// Which of Sources::files each file comes from.
    std::vector<std::size_t> source_of_file = {};
    std::vector<Diagnostic> diagnostics = {};
};

/// Reads the files and matches their entries with the table. Reports files that cannot be read,
/// lines with errors, and sections and keys that are unknown or deprecated.
[[nodiscard]] Assignments read_assignments(const OptionTable& table, const OptionIndex& index,
                                           const Sources& sources);

}  // namespace loopingcall::config::detail
