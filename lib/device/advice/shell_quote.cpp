#include "shell_quote.hpp"

#include <algorithm>
#include <loopingcall/device/printable.hpp>

namespace loopingcall::device::detail {

namespace {

bool is_plain(char character) {
    const bool letter =
        (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z');
    const bool digit = character >= '0' && character <= '9';
    return letter || digit || std::string_view("_@%+=:,./-").find(character) != std::string::npos;
}

/// With what `printf %b` understands everywhere: a backslash, a zero and three octal digits.
std::string octal(std::string_view text) {
    std::string escaped;
    for (const char character : text) {
        if (is_plain(character)) {
            escaped += character;
            continue;
        }
        const auto byte = static_cast<unsigned char>(character);
        escaped += "\\0";
        for (const unsigned shift : {6U, 3U, 0U}) {
            escaped += static_cast<char>('0' + ((byte >> shift) & 7U));
        }
    }
    return escaped;
}

std::string in_single_quotes(std::string_view text) {
    std::string word = "'";
    for (const char character : text) {
        word += character == '\'' ? std::string("'\\''") : std::string(1, character);
    }
    return word + '\'';
}

/// Nothing in it is changed by printing, but for the backslash, which is harmless in quotes.
bool can_be_shown(std::string_view text) {
    std::string without(text);
    std::erase(without, '\\');
    return printable(without) == without;
}

/// The shell takes newlines off the end of what a command prints.
bool survives_substitution(std::string_view text) { return !text.ends_with('\n'); }

}  // namespace

std::string shell_word(std::string_view text) {
    if (!text.empty() && std::all_of(text.begin(), text.end(), is_plain)) return std::string(text);
    if (can_be_shown(text)) return in_single_quotes(text);
    return "\"$(printf %b '" + octal(text) + "')\"";
}

std::string command_on(std::string_view program, std::string_view word) {
    std::string command(program);
    if (word.starts_with('-')) command += " --";
    if (survives_substitution(word)) return command + ' ' + shell_word(word);
    return "x=\"$(printf %b '" + octal(word) + ".')\"; " + command + " \"${x%.}\"";
}

}  // namespace loopingcall::device::detail
