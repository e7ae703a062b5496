#include <cstdint>
#include <loopingcall/device/printable.hpp>

namespace loopingcall::device {

namespace {

std::uint8_t byte(char character) { return static_cast<std::uint8_t>(character); }

/// How many bytes a character of UTF-8 has that begins so; 0 if none does.
std::size_t length_of(std::uint8_t lead) {
    if (lead < 0x80) return 1;
    if (lead >= 0xC2 && lead < 0xE0) return 2;
    if (lead >= 0xE0 && lead < 0xF0) return 3;
    if (lead >= 0xF0 && lead < 0xF5) return 4;
    return 0;
}

struct Character {
    std::uint32_t code = 0;
    std::size_t length = 0;  // 0: these bytes are no UTF-8
};

Character first_of(std::string_view text) {
    constexpr std::uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    const std::size_t length = length_of(byte(text.front()));
    if (length == 0 || length > text.size()) return {};
    const std::uint32_t lead_bits = length == 1 ? 0x7FU : 0x7FU >> length;
    std::uint32_t code = byte(text.front()) & lead_bits;
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(text[i]) & 0xC0U) != 0x80U) return {};
        code = (code << 6U) | (byte(text[i]) & 0x3FU);
    }
    const bool surrogate = code >= 0xD800 && code < 0xE000;
    if (code < smallest[length] || code > 0x10FFFF || surrogate) return {};
    return {code, length};
}

bool turns_direction(std::uint32_t code) {
    return (code >= 0x202A && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069) ||
           code == 0x200E || code == 0x200F;
}

bool is_control(std::uint32_t code) {
    return code < 0x20 || (code >= 0x7F && code < 0xA0) || code == 0x2028 || code == 0x2029;
}

std::string in_hexadecimal(std::string_view bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (const char character : bytes) {
        text += "\\x";
        text += digits[byte(character) >> 4U];
        text += digits[byte(character) & 0xFU];
    }
    return text;
}

std::string shown(std::string_view bytes, std::uint32_t code) {
    if (code == '\\') return "\\\\";
    if (code == '\n') return "\\n";
    if (code == '\t') return "\\t";
    const bool hidden = is_control(code) || turns_direction(code);
    return hidden ? in_hexadecimal(bytes) : std::string(bytes);
}

}  // namespace

std::string printable(std::string_view name) {
    std::string text;
    while (!name.empty()) {
        const Character character = first_of(name);
        const std::string_view bytes = name.substr(0, character.length == 0 ? 1 : character.length);
        text += character.length == 0 ? in_hexadecimal(bytes) : shown(bytes, character.code);
        name.remove_prefix(bytes.size());
    }
    return text;
}

}  // namespace loopingcall::device
