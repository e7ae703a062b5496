#include <algorithm>
#include <loopingcall/config/option.hpp>
#include <stdexcept>

#include "config/names.hpp"

namespace loopingcall::config {

namespace {

constexpr std::string_view default_group = "DEFAULT";

std::string prefix_of(const Option& option) {
    return option.group == default_group ? std::string() : option.group + '-';
}

std::string upper_case(std::string text) {
    for (char& character : text) {
        if (character >= 'a' && character <= 'z') character = static_cast<char>(character - 32);
        if (character == '-') character = '_';
    }
    return text;
}

}  // namespace

std::string key_of(const Option& option) {
    return option.group + '.' + detail::folded_key(option.name);
}

std::string flag_of(const Option& option) { return prefix_of(option) + option.name; }

std::string negative_flag_of(const Option& option) {
    return prefix_of(option) + "no" + option.name;
}

std::string variable_of(const Option& option) {
    return "OS_" + upper_case(option.group) + "__" + upper_case(option.name);
}

std::string long_alias_of(const Option& option) {
    return option.alias.substr(0, option.alias.find(','));
}

OptionValue default_of(const Option& option) {
    if (option.default_value == no_default) return {};
    const auto parse = [&](std::string_view text) {
        ParsedValue parsed = parse_value(option.type, text);
        if (parsed.code.empty()) return parsed.value;
        const std::string shown = option.secret ? "" : " \"" + std::string(text) + '"';
        throw std::invalid_argument("the default of " + key_of(option) + ": invalid value" + shown +
                                    ": expected " + parsed.expected);
    };
    if (!std::holds_alternative<MultiType>(option.type)) return parse(option.default_value);
    Items items;
    for (const std::string& line : detail::lines_of(option.default_value)) {
        items.push_back(detail::to_item(parse(line)));
    }
    return items;
}

}  // namespace loopingcall::config
