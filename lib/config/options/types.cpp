#include <algorithm>
#include <boost/algorithm/string/predicate.hpp>
#include <charconv>
#include <cmath>
#include <locale>
#include <loopingcall/config/duration.hpp>
#include <loopingcall/config/types.hpp>
#include <optional>
#include <system_error>
#include <type_traits>
#include <utility>

#include "config/names.hpp"
#include "config/utf8.hpp"
#include "duration_text.hpp"

namespace loopingcall::config {

namespace {

using std::chrono::nanoseconds;

constexpr std::string_view infinity = "infinity";

constexpr const char* too_large = "is too large";

template <class Number>
struct ParsedNumber {
    std::optional<Number> value = {};
    const char* fault = nullptr;  // of a number that the type cannot hold
};

/// As std::from_chars() reads it, with a plus sign allowed; nothing unless that is all of the text.
template <class Number>
ParsedNumber<Number> parse_number(std::string_view text) {
    if (text.starts_with('+') && !text.starts_with("+-")) text.remove_prefix(1);
    Number number{};
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, number);
    if (stop != end) return {};
    if (error == std::errc::result_out_of_range) {
        const bool is_large = std::is_integral_v<Number> && !text.starts_with('-');
        return {.fault = is_large ? too_large : "is out of range"};
    }
    return error == std::errc{} ? ParsedNumber<Number>{number} : ParsedNumber<Number>{};
}

/// The shortest text that is read as the same number.
template <class Number>
std::string format_number(Number number) {
    char text[64];
    return {text, std::to_chars(text, text + sizeof text, number).ptr};
}

template <class Number>
std::string within(const std::string& what, Number minimum, Number maximum) {
    using Limits = std::numeric_limits<Number>;
    std::string text = what;
    if (minimum != Limits::lowest()) text += " of at least " + format_number(minimum);
    if (maximum != Limits::max()) text += " up to " + format_number(maximum);
    return text;
}

template <class Number>
ParsedValue bounded(const ParsedNumber<Number>& parsed, Number minimum, Number maximum,
                    const std::string& what, const std::string& code) {
    const std::optional<Number>& number = parsed.value;
    if (number && *number >= minimum && *number <= maximum) return {.value = *number};
    ParsedValue refused{.code = code, .expected = within(what, minimum, maximum)};
    if (number) refused.code = *number < minimum ? "below_min" : "above_max";
    if (parsed.fault != nullptr) refused.fault = parsed.fault;
    return refused;
}

std::string_view without_white_space(std::string_view text) {
    constexpr std::string_view white_space = " \t\n\r\v\f";
    text.remove_prefix(std::min(text.find_first_not_of(white_space), text.size()));
    return text.substr(0, text.find_last_not_of(white_space) + 1);
}

std::string at_least(nanoseconds minimum) {
    if (minimum.count() == 0) return "of zero or more";
    return "of at least " + format_duration(minimum);
}

/// ASCII alone, as in every locale.
bool is_equal_but_for_case(std::string_view one, std::string_view other) {
    return boost::algorithm::iequals(one, other, std::locale::classic());
}

struct ParseAs {
    std::string_view text;

    ParsedValue operator()(const IntegerType& type) const {
        return bounded(parse_number<std::int64_t>(text), type.minimum, type.maximum,
                       "a whole number", "not_int");
    }

    ParsedValue operator()(const FloatType& type) const {
        auto number = parse_number<double>(text);
        if (number.value && !std::isfinite(*number.value)) number.value.reset();
        return bounded(number, type.minimum, type.maximum, "a number", "not_float");
    }

    ParsedValue operator()(const PortType&) const {
        return bounded<std::int64_t>(parse_number<std::int64_t>(text), 0, 65535,
                                     "the number of a port,", "not_int");
    }

    ParsedValue operator()(const BooleanType&) const {
        for (const char* const word : {"true", "1", "on", "yes"}) {
            if (is_equal_but_for_case(text, word)) return {.value = true};
        }
        for (const char* const word : {"false", "0", "off", "no"}) {
            if (is_equal_but_for_case(text, word)) return {.value = false};
        }
        return {.code = "not_bool", .expected = "true or false"};
    }

    ParsedValue operator()(const DurationType& type) const {
        if (type.accepts_infinity && text == infinity) return {.value = nanoseconds::max()};
        using Problem = detail::DurationText::Problem;
        const auto [value, problem] = detail::read_duration(text);
        if (problem == Problem::none && value >= type.minimum) return {.value = value};
        const std::string or_infinity = type.accepts_infinity ? "; or infinity" : "";
        if (problem == Problem::too_large) {
            return {.code = "above_max",
                    .expected = "a duration of at most 106751d" + or_infinity,
                    .fault = too_large};
        }
        return {.code = problem == Problem::none ? "below_min" : "not_duration",
                .expected = "a duration " + at_least(type.minimum) +
                            ", in seconds or with a unit, such as 1, 0.5, 500ms, 2s or 1m" +
                            or_infinity};
    }

    ParsedValue operator()(const ChoiceType& type) const {
        std::string accepted;
        for (const std::string& choice : type.choices) {
            const bool is_it =
                type.ignore_case ? is_equal_but_for_case(choice, text) : choice == text;
            if (is_it) return {.value = choice};
            accepted += (accepted.empty() ? "" : ", ") + choice;
        }
        return {.code = "not_a_choice", .expected = "one of " + accepted};
    }

    ParsedValue operator()(const TextType& type) const {
        if (type.maximum_length == 0 || detail::count_characters(text) <= type.maximum_length) {
            return {.value = std::string(text)};
        }
        return {.code = "too_long",
                .expected = "at most " + std::to_string(type.maximum_length) + " characters"};
    }

    ParsedValue operator()(const ListType& type) const;

    ParsedValue operator()(const MultiType& type) const { return std::visit(*this, type.item); }
};

/// Python's None, in the place of a number.
bool may_be_empty(const ItemType& type) {
    return std::holds_alternative<IntegerType>(type) || std::holds_alternative<FloatType>(type) ||
           std::holds_alternative<PortType>(type);
}

/// How many commas may be part of an item. Only a choice can have any and be right: a text ends at
/// the first one.
std::size_t most_commas(const ItemType& type) {
    std::size_t most = 0;
    if (const auto* const choice = std::get_if<ChoiceType>(&type)) {
        for (const std::string& word : choice->choices) {
            const auto commas = std::count(word.begin(), word.end(), ',');
            most = std::max(most, static_cast<std::size_t>(commas));
        }
    }
    return most;
}

/// Takes items from the text, as oslo does: text that is not an item up to one comma may be an item
/// up to the next.
class ListReader {
  public:
    ListReader(const ItemType& type, std::string_view text) : type_(type), rest_(text) {}

    ParsedValue read() {
        Items items;
        while (!at_end_) {
            ParsedValue item = take();
            if (!item.code.empty()) {
                item.expected = "a list of which each item is " + item.expected;
                return item;
            }
            items.push_back(detail::to_item(std::move(item.value)));
        }
        return {.value = std::move(items)};
    }

  private:
    ParsedValue take() {
        ParsedValue first;
        std::size_t end = 0;
        for (std::size_t commas = 0; commas <= most_commas(type_); ++commas) {
            end = std::min(rest_.find(',', commas == 0 ? 0 : end + 1), rest_.size());
            const std::string_view part = without_white_space(rest_.substr(0, end));
            ParsedValue item = part.empty() && may_be_empty(type_)
                                   ? ParsedValue{}
                                   : std::visit(ParseAs{part}, type_);
            if (item.code.empty()) {
                at_end_ = end == rest_.size();
                rest_.remove_prefix(std::min(end + 1, rest_.size()));
                return item;
            }
            if (commas == 0) first = item;
            if (end == rest_.size()) break;
        }
        return first;
    }

    const ItemType& type_;
    std::string_view rest_;
    bool at_end_ = false;
};

ParsedValue ParseAs::operator()(const ListType& type) const {
    std::string_view items = without_white_space(text);
    items = items.substr(0, items.find_last_not_of(',') + 1);
    if (items.empty()) return {.value = Items{}};
    return ListReader(type.item, items).read();
}

struct Format {
    std::string operator()(std::monostate) const { return {}; }
    std::string operator()(std::int64_t number) const { return format_number(number); }
    std::string operator()(double number) const { return format_number(number); }
    std::string operator()(bool value) const { return value ? "true" : "false"; }
    std::string operator()(nanoseconds duration) const {
        return duration == nanoseconds::max() ? std::string(infinity) : format_duration(duration);
    }
    std::string operator()(const std::string& text) const { return text; }
    std::string operator()(const Items& items) const {
        std::string text;
        for (const Item& item : items) {
            if (&item != &items.front()) text += ',';
            text += std::visit(*this, item);
        }
        return text;
    }
};

struct Name {
    std::string operator()(const IntegerType&) const { return "integer value"; }
    std::string operator()(const FloatType&) const { return "floating point value"; }
    std::string operator()(const PortType&) const { return "port value"; }
    std::string operator()(const BooleanType&) const { return "boolean value"; }
    std::string operator()(const DurationType&) const { return "duration value"; }
    std::string operator()(const ChoiceType&) const { return "string value"; }
    std::string operator()(const TextType&) const { return "string value"; }
    std::string operator()(const ListType&) const { return "list value"; }
    std::string operator()(const MultiType&) const { return "multi valued"; }
};

}  // namespace

ParsedValue parse_value(const OptionType& type, std::string_view text) {
    return std::visit(ParseAs{text}, type);
}

std::vector<std::string> to_texts(const OptionType& type, const OptionValue& value) {
    std::vector<std::string> texts;
    if (std::holds_alternative<std::monostate>(value)) return texts;
    const auto* const items = std::get_if<Items>(&value);
    if (items == nullptr || !std::holds_alternative<MultiType>(type)) {
        return {std::visit(Format{}, value)};
    }
    for (const Item& item : *items) texts.push_back(std::visit(Format{}, item));
    return texts;
}

std::string name_of(const OptionType& type) { return std::visit(Name{}, type); }

}  // namespace loopingcall::config
