#include "read_value.hpp"

#include <algorithm>
#include <utility>

#include "config/names.hpp"

namespace loopingcall::config::detail {

namespace {

constexpr const char* needs_own_line = "a comment needs a line of its own";

bool is_number(const OptionType& type) {
    return std::holds_alternative<IntegerType>(type) || std::holds_alternative<FloatType>(type) ||
           std::holds_alternative<PortType>(type);
}

Problem missing(const Option& option) {
    const std::string flag = option.cli ? ", by --" + flag_of(option) : "";
    return {"required_missing", "needs a value: in a file, below [" + option.group + "]" + flag +
                                    " or by " + variable_of(option)};
}

/// Whether the user may have meant a part of the value as a comment.
bool may_have_comment(const Candidate& candidate) {
    if (candidate.origin.source != Source::file || candidate.is_quoted) return false;
    return std::any_of(
        candidate.texts.begin(), candidate.texts.end(),
        [&](const std::string& text) { return text.find_first_of("#;") != std::string::npos; });
}

/// oslo takes an empty number for no value, which is a problem if the option is required.
Problem refusal(const Option& option, const Candidate& candidate, const std::string& text,
                ParsedValue parsed, bool secret) {
    if (text.empty() && option.required && is_number(option.type)) {
        return missing(option);
    }
    constexpr std::size_t longest_shown = 200;
    const bool is_long = text.size() > longest_shown;
    const std::string shown =
        secret ? std::string()
               : " \"" + text.substr(0, longest_shown) + (is_long ? "..." : "") + '"';
    const std::string fault = parsed.fault.empty() ? parsed.fault : ": it " + parsed.fault;
    const bool has_comment = !secret && may_have_comment(candidate);
    return {std::move(parsed.code),
            "invalid value" + shown + fault + (fault.empty() ? ": " : "; ") + "expected " +
                parsed.expected +
                (has_comment ? std::string("; ") + needs_own_line : std::string())};
}

}  // namespace

std::optional<Problem> read_value(const Option& option, const Candidate& candidate,
                                  const std::vector<std::string>& texts, Setting& setting) {
    if (texts.empty()) return option.required ? std::optional(missing(option)) : std::nullopt;
    const bool several = std::holds_alternative<MultiType>(option.type);
    Items items;
    for (const std::string& text : texts) {
        ParsedValue parsed = parse_value(option.type, text);
        if (!parsed.code.empty()) {
            return refusal(option, candidate, text, std::move(parsed), setting.secret);
        }
        if (several)
            items.push_back(to_item(std::move(parsed.value)));
        else
            setting.value = std::move(parsed.value);
    }
    if (several) setting.value = std::move(items);
    return std::nullopt;
}

/// In a text, # is legal. It is hardly meant if a blank stands before it.
std::optional<Diagnostic> warning_of_comment(const Candidate& candidate, const Setting& setting) {
    const Origin& origin = candidate.origin;
    if (candidate.is_quoted || setting.secret || origin.source != Source::file) return std::nullopt;
    const auto& texts = candidate.texts;
    const bool has_comment = std::any_of(texts.begin(), texts.end(), [](const std::string& text) {
        return text.find(" #") != std::string::npos || text.find("\t#") != std::string::npos;
    });
    if (!has_comment) return std::nullopt;
    return Diagnostic{.severity = Severity::warning,
                      .location = origin.location,
                      .key = origin.name,
                      .code = "suspicious_comment",
                      .message = std::string("what follows # is part of the value; ") +
                                 needs_own_line +
                                 ", and quotes around the value say that it is meant"};
}

}  // namespace loopingcall::config::detail
