#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace loopingcall::config::detail {

/// Where `text` ceases to be UTF-8 without NUL, or nothing if it never does.
[[nodiscard]] std::optional<std::size_t> first_bad_byte(std::string_view text) noexcept;

/// The number of characters of a text that is UTF-8.
[[nodiscard]] std::size_t count_characters(std::string_view text) noexcept;

}  // namespace loopingcall::config::detail
