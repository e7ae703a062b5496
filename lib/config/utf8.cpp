#include "utf8.hpp"

#include <algorithm>
#include <boost/locale/utf.hpp>

namespace loopingcall::config::detail {

Character first_character(std::string_view text) noexcept {
    namespace utf = boost::locale::utf;
    const char* next = text.data();
    const auto code = utf::utf_traits<char>::decode(next, text.data() + text.size());
    if (code == utf::illegal || code == utf::incomplete || code == 0) return {};
    return {code, static_cast<std::size_t>(next - text.data())};
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
