#pragma once

#include <cstddef>
#include <iosfwd>
#include <loopingcall/export.hpp>
#include <string>

namespace loopingcall::config {

/// A place in a configuration file. Lines and columns count from 1, columns in bytes; 0 is unknown.
struct Location {
    std::string file = {};
    std::size_t line = 0;
    std::size_t column = 0;
};

enum class Severity : unsigned char { warning, error };

/// Something wrong with the configuration: where, with which option, and what would be right.
struct Diagnostic {
    Severity severity = Severity::error;
    /// Empty if the problem is not in a file.
    Location location = {};
    /// `group.name`, or the flag as given; empty if the problem concerns no option.
    std::string key = {};
    /// The kind of problem, for programs: syntax, bad_value, unknown_option, unknown_section,
    /// unreadable_file, unknown_flag, usage.
    std::string code = {};
    std::string message = {};
};

/// `file:line:column: message`, as compilers say it, as far as there is a place; a warning says
/// that it is one. Control characters and bytes that are no UTF-8, which names and values of files
/// may hold, are written as `\n` or `\x1b`, and a backslash as two; the members have all as it is.
[[nodiscard]] LOOPINGCALL_EXPORT std::string to_string(const Diagnostic& diagnostic);
LOOPINGCALL_EXPORT std::ostream& operator<<(std::ostream& stream, const Diagnostic& diagnostic);

}  // namespace loopingcall::config
