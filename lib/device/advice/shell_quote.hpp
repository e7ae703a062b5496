#pragma once

#include <string>
#include <string_view>

namespace loopingcall::device::detail {

/// A word for a POSIX shell that stands for this text and nothing else, on one line: as it is,
/// in single quotes, or, with characters that a terminal would obey, as `"$(printf %b '...')"`.
std::string shell_word(std::string_view text);

/// `PROGRAM WORD`, where the program may have arguments already, with `--` before a word that looks
/// like an option. A pure function.
std::string command_on(std::string_view program, std::string_view word);

}  // namespace loopingcall::device::detail
