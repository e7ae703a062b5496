#include "template.hpp"

#include <utility>

namespace loopingcall::config::detail {

namespace {

bool begins_name(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

bool continues_name(char c) { return begins_name(c) || (c >= '0' && c <= '9') || c == '.'; }

std::string_view name_at(std::string_view text) {
    if (text.empty() || !begins_name(text.front())) return {};
    std::size_t length = 1;
    while (length < text.size() && continues_name(text[length])) ++length;
    return text.substr(0, length);
}

/// A reference after a dollar sign: its name, and how long it is with its braces.
std::pair<std::string_view, std::size_t> reference_at(std::string_view text) {
    const bool braced = text.starts_with('{');
    const std::string_view name = name_at(text.substr(braced ? 1 : 0));
    if (!braced) return {name, name.size()};
    const bool closed = !name.empty() && text.substr(1 + name.size()).starts_with('}');
    return closed ? std::pair(name, name.size() + 2)
                  : std::pair(std::string_view{}, std::size_t{0});
}

}  // namespace

std::vector<Piece> split_template(std::string_view text) {
    std::vector<Piece> pieces;
    std::string plain;
    while (!text.empty()) {
        const std::size_t dollar = text.find('$');
        plain += text.substr(0, dollar);
        if (dollar == std::string_view::npos) break;
        text.remove_prefix(dollar + 1);
        if (plain.ends_with('\\')) {
            plain.back() = '$';
            continue;
        }
        if (text.starts_with('$')) {
            plain += '$';
            text.remove_prefix(1);
            continue;
        }
        const auto [name, length] = reference_at(text);
        if (name.empty()) {
            plain += '$';
            continue;
        }
        if (!plain.empty()) pieces.push_back({std::exchange(plain, {})});
        pieces.push_back({std::string(name), true});
        text.remove_prefix(length);
    }
    if (!plain.empty()) pieces.push_back({plain});
    return pieces;
}

std::string escape_template(std::string_view text) {
    std::string escaped;
    for (const char character : text) {
        if (character == '$') escaped += '$';
        escaped += character;
    }
    return escaped;
}

}  // namespace loopingcall::config::detail
