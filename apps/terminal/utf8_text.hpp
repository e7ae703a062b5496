#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace terminal {

/// How many columns of a terminal a UTF-8 text takes: two for a wide character, none for a
/// combining one.
[[nodiscard]] std::size_t columns_of(std::string_view text);

/// The text if it takes at most so many columns, and otherwise what fits, with an ellipsis at its
/// end.
[[nodiscard]] std::string fitted(std::string_view text, std::size_t columns);

/// The text for JSON, which is UTF-8: each byte that is none becomes U+FFFD.
[[nodiscard]] std::string as_utf8(std::string_view text);

}  // namespace terminal
