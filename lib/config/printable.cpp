#include "printable.hpp"

#include <algorithm>
#include <cstdint>

#include "utf8.hpp"

namespace loopingcall::config::detail {

namespace {

bool turns_direction(std::uint32_t code) {
    return (code >= 0x202A && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069) ||
           code == 0x200E || code == 0x200F || code == 0x061C;
}

bool is_control(std::uint32_t code) {
    return code < 0x20 || (code >= 0x7F && code < 0xA0) || code == 0x2028 || code == 0x2029;
}

/// Goes to another line or column, and does nothing else.
bool is_space(std::uint32_t code) { return code >= '\t' && code <= '\f'; }

void append_in_hexadecimal(std::string& text, std::string_view bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    for (const char character : bytes) {
        const auto byte = static_cast<unsigned char>(character);
        text += "\\x";
        text += digits[byte >> 4U];
        text += digits[byte & 0xFU];
    }
}

void append_shown(std::string& text, std::string_view bytes, const Character& character) {
    if (bytes == "\\") {
        text += "\\\\";
    } else if (bytes == "\n") {
        text += "\\n";
    } else if (bytes == "\t") {
        text += "\\t";
    } else if (character.length == 0 || is_control(character.code) ||
               turns_direction(character.code)) {
        append_in_hexadecimal(text, bytes);
    } else {
        text += bytes;
    }
}

/// Calls `take(bytes, character)` for each character, and for each byte that is part of none.
template <class Take>
void for_each_character(std::string_view text, Take take) {
    while (!text.empty()) {
        const Character character = first_character(text);
        const std::size_t length = std::max<std::size_t>(character.length, 1);
        take(text.substr(0, length), character);
        text.remove_prefix(length);
    }
}

}  // namespace

std::string printable(std::string_view text) {
    std::string shown;
    for_each_character(text, [&](std::string_view bytes, const Character& character) {
        append_shown(shown, bytes, character);
    });
    return shown;
}

bool can_command_terminal(std::string_view text) {
    bool can = false;
    for_each_character(text, [&](std::string_view, const Character& character) {
        const bool is_harmless = character.length != 0 &&
                                 (is_space(character.code) || (!is_control(character.code) &&
                                                               !turns_direction(character.code)));
        can = can || !is_harmless;
    });
    return can;
}

}  // namespace loopingcall::config::detail
