#pragma once

#include <string>
#include <string_view>

namespace loopingcall::config::detail {

/// A text from a file, a variable or a flag, as it may stand in a message on a terminal.
///
/// Printable UTF-8 stays as it is. A backslash becomes `\\`, a newline `\n`, a tab `\t`; every
/// other control character, every character that turns the direction of writing, and every byte
/// that is no UTF-8 becomes `\xNN` for each of its bytes. So different texts stay different.
[[nodiscard]] std::string printable(std::string_view text);

/// Whether a terminal would do anything with the text but show it and go to the next line.
[[nodiscard]] bool can_command_terminal(std::string_view text);

}  // namespace loopingcall::config::detail
