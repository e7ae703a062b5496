#pragma once

#include <string>
#include <string_view>

namespace loopingcall::config::detail {

/// The assignment of a file which, read, gives `value`: dollar signs doubled, quotes around what
/// would lose its blanks or its own quotes, lines indented. A pure function.
[[nodiscard]] std::string ini_assignment(std::string_view key, std::string_view value);

}  // namespace loopingcall::config::detail
