#include <algorithm>
#include <cctype>
#include <charconv>
#include <loopingcall/config/duration.hpp>
#include <loopingcall/config/option.hpp>
#include <optional>
#include <system_error>

namespace loopingcall::config {

namespace {

std::string quoted(std::string_view text) { return '"' + std::string(text) + '"'; }

/// Python's int(), within 64 bits: underscores may stand singly between digits.
std::optional<std::int64_t> parse_integer(std::string_view text) {
    std::string digits;
    if (text.starts_with('-')) digits = "-";
    if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
    bool after_digit = false;
    for (const char character : text) {
        const bool is_digit = character >= '0' && character <= '9';
        if (!is_digit && !(character == '_' && after_digit)) return std::nullopt;
        if (is_digit) digits += character;
        after_digit = is_digit;
    }
    if (!after_digit) return std::nullopt;
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return error == std::errc{} && end == digits.data() + digits.size() ? std::optional(value)
                                                                        : std::nullopt;
}

struct ParseAs {
    std::string_view text;

    ParsedValue operator()(const IntegerType& type) const {
        const auto value = parse_integer(text);
        if (value && *value >= type.minimum && *value <= type.maximum) return {.value = *value};
        return {.error = quoted(text) + " is not accepted: expected " + bounds(type)};
    }

    ParsedValue operator()(const DurationType& type) const {
        const auto value = parse_duration(text);
        if (value && *value >= type.minimum) return {.value = *value};
        return {.error = quoted(text) + " is not accepted: expected a duration of at least " +
                         format_duration(type.minimum) +
                         ", in seconds or with a unit, such as 1, 0.5, 500ms, 2s or 1m"};
    }

    ParsedValue operator()(const BooleanType&) const {
        std::string folded(text);
        std::transform(folded.begin(), folded.end(), folded.begin(),
                       [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
        for (const char* const word : {"true", "1", "on", "yes"}) {
            if (folded == word) return {.value = true};
        }
        for (const char* const word : {"false", "0", "off", "no"}) {
            if (folded == word) return {.value = false};
        }
        return {.error = quoted(text) + " is not accepted: expected true or false"};
    }

    ParsedValue operator()(const ChoiceType& type) const {
        std::string accepted;
        for (const std::string& choice : type.choices) {
            if (choice == text) return {.value = choice};
            accepted += (accepted.empty() ? "" : ", ") + choice;
        }
        return {.error = quoted(text) + " is not accepted: expected one of " + accepted};
    }

    ParsedValue operator()(const TextType&) const { return {.value = std::string(text)}; }

    static std::string bounds(const IntegerType& type) {
        const IntegerType any;
        std::string text = "a whole number";
        if (type.minimum != any.minimum) text += " of at least " + std::to_string(type.minimum);
        if (type.maximum != any.maximum) text += " up to " + std::to_string(type.maximum);
        return text;
    }
};

}  // namespace

std::string key_of(const Option& option) { return option.group + '.' + option.name; }

std::string flag_of(const Option& option) { return option.group + '-' + option.name; }

ParsedValue parse_value(const OptionType& type, std::string_view text) {
    return std::visit(ParseAs{text}, type);
}

}  // namespace loopingcall::config
