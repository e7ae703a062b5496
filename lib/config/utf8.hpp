#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace loopingcall::config::detail {

struct Character {
    std::uint32_t code = 0;
    std::size_t length = 0;  ///< in bytes; 0: the text does not begin with a character
};

/// The first character of a text that is not empty; none if that is NUL or no UTF-8.
[[nodiscard]] Character first_character(std::string_view text) noexcept;

/// Where `text` ceases to be UTF-8 without NUL, or nothing if it never does.
[[nodiscard]] std::optional<std::size_t> first_bad_byte(std::string_view text) noexcept;

/// The number of characters of a text that is UTF-8.
[[nodiscard]] std::size_t count_characters(std::string_view text) noexcept;

}  // namespace loopingcall::config::detail
