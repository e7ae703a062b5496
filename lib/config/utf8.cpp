#include "utf8.hpp"

#include <algorithm>

namespace loopingcall::config::detail {

namespace {

struct Lead {
    std::size_t length;
    std::uint32_t bits;
    std::uint32_t smallest;  // a longer encoding than needed is not UTF-8
};

std::optional<Lead> read_lead(unsigned char byte) noexcept {
    if (byte == 0) return std::nullopt;
    if (byte < 0x80) return Lead{1, byte, 0};
    if (byte >= 0xC2 && byte < 0xE0) return Lead{2, byte & 0x1FU, 0x80};
    if (byte >= 0xE0 && byte < 0xF0) return Lead{3, byte & 0x0FU, 0x800};
    if (byte >= 0xF0 && byte < 0xF5) return Lead{4, byte & 0x07U, 0x10000};
    return std::nullopt;
}

}  // namespace

Character first_character(std::string_view text) noexcept {
    const auto lead = read_lead(static_cast<unsigned char>(text.front()));
    if (!lead || lead->length > text.size()) return {};
    std::uint32_t code = lead->bits;
    for (const char next : text.substr(1, lead->length - 1)) {
        const auto byte = static_cast<unsigned char>(next);
        if ((byte & 0xC0U) != 0x80U) return {};
        code = (code << 6U) | (byte & 0x3FU);
    }
    const bool surrogate = code >= 0xD800 && code < 0xE000;
    if (code < lead->smallest || code > 0x10FFFF || surrogate) return {};
    return {code, lead->length};
}

std::optional<std::size_t> first_bad_byte(std::string_view text) noexcept {
    for (std::size_t at = 0; at < text.size();) {
        const auto byte = static_cast<unsigned char>(text[at]);
        if (byte > 0 && byte < 0x80) {  // the most of nearly every file
            ++at;
            continue;
        }
        const std::size_t length = first_character(text.substr(at)).length;
        if (length == 0) return at;
        at += length;
    }
    return std::nullopt;
}

std::size_t count_characters(std::string_view text) noexcept {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char byte) {
        return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U;
    }));
}

}  // namespace loopingcall::config::detail
