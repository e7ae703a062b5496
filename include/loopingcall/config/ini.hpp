#pragma once

#include <loopingcall/config/diagnostic.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace loopingcall::config {

/// One assignment of a file, with its values as text: nothing is known of options here.
struct IniEntry {
    std::string section;  ///< as it is spelled
    std::string key;
    std::string value;  ///< outer quotes removed; continuation lines joined by newlines
    Location key_location;
    Location value_location;
};

/// What a file holds. A file with errors is not to be used, but all its errors are listed.
struct IniFile {
    std::vector<std::string> sections;  ///< in the order of appearance; repeated ones once
    std::vector<IniEntry> entries;      ///< in the order of the file; repeated keys all
    std::vector<Diagnostic> errors;
};

/// Reads the grammar of oslo.config 9.0: `key = value` or `key: value` below a `[section]`, `#` or
/// `;` for comments in the first column only, indented lines continue a value, one pair of outer
/// quotes is removed. Where oslo gives up, this goes on, so that all errors are told at once.
///
/// Not as oslo: a byte order mark is skipped; bytes that are not UTF-8, and NUL, are errors.
/// @param file  the name to be used in locations.
[[nodiscard]] IniFile parse_ini(std::string_view text, const std::string& file);

}  // namespace loopingcall::config
