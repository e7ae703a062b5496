#pragma once

#include <string>
#include <string_view>

namespace loopingcall::config::detail {

/// What is taken from both ends of a name or value: what Python's str.strip() removes, within
/// ASCII.
inline constexpr std::string_view blanks = " \t\v\f\x1c\x1d\x1e\x1f";

/// The assignment of a file which, read, gives `value`: dollar signs doubled, quotes around what
/// would lose its blanks or its own quotes, lines indented. A pure function.
[[nodiscard]] std::string ini_assignment(std::string_view key, std::string_view value);

}  // namespace loopingcall::config::detail
