#pragma once

#include <cstddef>
#include <loopingcall/config/diagnostic.hpp>
#include <loopingcall/export.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace loopingcall::config {

/// One assignment of a file, with its value as text: nothing is known of options here.
struct IniEntry {
    std::size_t section = 0;  ///< which of IniFile::sections
    std::string key;
    std::string value;  ///< outer quotes removed; continuation lines joined by newlines
    char quote = '\0';  ///< which quotes were removed, if any
    std::size_t line = 0;
    std::size_t key_column = 0;
    std::size_t value_column = 0;
};

/// What a file holds. A file with errors is not to be used, but its errors are all listed.
struct IniFile {
    std::string name;                        ///< as it stands in locations
    std::vector<std::string> sections;       ///< as they are spelled, in order; repeated ones once
    std::vector<std::size_t> section_lines;  ///< where each of them begins first
    std::vector<IniEntry> entries;           ///< in the order of the file; repeated keys all
    std::vector<Diagnostic> errors;          ///< after a hundred, the rest is counted
    /// What is legal, and yet hardly what was meant.
    std::vector<Diagnostic> warnings;

    [[nodiscard]] Location key_location(const IniEntry& entry) const {
        return {name, entry.line, entry.key_column};
    }
    [[nodiscard]] Location value_location(const IniEntry& entry) const {
        return {name, entry.line, entry.value_column};
    }
};

/// Reads the grammar of oslo.config 9.0: `key = value` or `key: value` below a `[section]`, `#` or
/// `;` for comments in the first column only, indented lines continue a value, one pair of outer
/// quotes is removed. Where oslo gives up, parse_ini() continues, and so lists all errors.
///
/// Not as oslo: a byte order mark is skipped; bytes that are not UTF-8, and NUL, are errors; blanks
/// that are not ASCII are part of a name or value.
/// @param file  the name to be used in locations.
[[nodiscard]] LOOPINGCALL_EXPORT IniFile parse_ini(std::string_view text, const std::string& file);

}  // namespace loopingcall::config
