#include "loopingcall/exit_codes.hpp"

#include <algorithm>
#include <charconv>
#include <system_error>

namespace repeat {

namespace {

std::string_view trimmed(std::string_view text) {
    text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
    return text.substr(0, text.find_last_not_of(" \t") + 1);
}

std::optional<int> number_of(std::string_view text, int most) {
    text = trimmed(text);
    unsigned number = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, number);
    const bool is_number = error == std::errc{} && stop == end;
    if (!is_number || number > static_cast<unsigned>(most)) return std::nullopt;
    return static_cast<int>(number);
}

}  // namespace

std::optional<ExitCodes> ExitCodes::parse(std::string_view text) {
    ExitCodes read;
    if (trimmed(text).empty()) return read;
    for (;;) {
        const std::size_t comma = std::min(text.find(','), text.size());
        const std::string_view item = text.substr(0, comma);
        const std::size_t hyphen = item.find('-');
        const auto first = number_of(item.substr(0, hyphen), most);
        const auto last =
            hyphen == std::string_view::npos ? first : number_of(item.substr(hyphen + 1), most);
        if (!first || !last || *first > *last) return std::nullopt;
        for (int code = *first; code <= *last; ++code) {
            read.codes_.set(static_cast<std::size_t>(code));
        }
        if (comma == text.size()) return read;
        text.remove_prefix(comma + 1);
    }
}

bool ExitCodes::contains(int code) const {
    return code >= 0 && code <= most && codes_.test(static_cast<std::size_t>(code));
}

std::optional<int> ExitCodes::common_with(const ExitCodes& other) const {
    for (int code = 0; code <= most; ++code) {
        if (contains(code) && other.contains(code)) return code;
    }
    return std::nullopt;
}

bool RetryRule::is_final(int code) const {
    if (code == 0) return true;
    if (retry_on && retry_on->contains(code)) return false;
    return stop_on.contains(code) || retry_on.has_value();
}

}  // namespace repeat
