#pragma once

#include <loopingcall/export.hpp>
#include <string>
#include <string_view>

namespace loopingcall::device {

/// A name as it may stand on a terminal and in JSON, whatever bytes it is made of.
///
/// Printable UTF-8 stays as it is. A backslash becomes `\\`, a newline `\n`, a tab `\t`; every
/// other control character, every character that turns the direction of writing, and every byte
/// that is no UTF-8 becomes `\xNN` for each of its bytes. So different names stay different.
[[nodiscard]] LOOPINGCALL_EXPORT std::string printable(std::string_view name);

}  // namespace loopingcall::device
