#include "terminal/utf8_text.hpp"

#include <algorithm>
#include <clocale>
#include <cwchar>

namespace terminal {

namespace {

/// UTF-8, whatever the user's locale is: names are UTF-8 by the time they are shown.
class Utf8 {
  public:
    Utf8() : locale_(::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr)) {
        if (locale_) before_ = ::uselocale(locale_);
    }
    ~Utf8() {
        if (!locale_) return;
        ::uselocale(before_);
        ::freelocale(locale_);
    }
    Utf8(const Utf8&) = delete;
    Utf8& operator=(const Utf8&) = delete;

  private:
    locale_t locale_ = nullptr;
    locale_t before_ = nullptr;
};

/// A char has no sign on arm64.
bool is_ascii(char byte) { return static_cast<unsigned char>(byte) < 0x80; }

struct Character {
    std::size_t bytes;
    std::size_t columns;
    bool is_valid = true;
};

/// A byte that is not part of a character takes one column.
Character first_of(std::string_view text) {
    wchar_t character = 0;
    std::mbstate_t state{};
    const std::size_t bytes = std::mbrtowc(&character, text.data(), text.size(), &state);
    if (bytes == 0 || bytes > text.size()) return {1, 1, bytes == 0};
    const int columns = ::wcwidth(character);
    return {bytes, columns < 0 ? 1 : static_cast<std::size_t>(columns)};
}

}  // namespace

std::size_t columns_of(std::string_view text) {
    // The most of nearly every text, and a locale is dear.
    if (std::all_of(text.begin(), text.end(), is_ascii)) return text.size();
    const Utf8 utf8;
    std::size_t columns = 0;
    while (!text.empty()) {
        const Character character = first_of(text);
        columns += character.columns;
        text.remove_prefix(character.bytes);
    }
    return columns;
}

std::string fitted(std::string_view text, std::size_t columns) {
    if (columns_of(text) <= columns) return std::string(text);
    if (columns == 0) return {};
    const Utf8 utf8;
    std::size_t used = 0;
    std::size_t length = 0;
    while (length < text.size()) {
        const Character character = first_of(text.substr(length));
        if (used + character.columns > columns - 1) break;
        used += character.columns;
        length += character.bytes;
    }
    return std::string(text.substr(0, length)) + "…";
}

std::string as_utf8(std::string_view text) {
    const Utf8 utf8;
    std::string valid;
    while (!text.empty()) {
        // The most of nearly every text, which may be long.
        const auto ascii = std::find_if_not(text.begin(), text.end(), is_ascii);
        valid.append(text.begin(), ascii);
        text.remove_prefix(static_cast<std::size_t>(ascii - text.begin()));
        if (text.empty()) break;
        const Character character = first_of(text);
        valid += character.is_valid ? text.substr(0, character.bytes) : "\xEF\xBF\xBD";
        text.remove_prefix(character.bytes);
    }
    return valid;
}

}  // namespace terminal
