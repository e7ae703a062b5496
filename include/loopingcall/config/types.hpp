#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <loopingcall/duration.hpp>
#include <loopingcall/export.hpp>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace loopingcall::config {

/// A whole number: a sign, and decimal digits. oslo's Python also reads `1_000` and digits of other
/// scripts; those are refused here.
struct IntegerType {
    std::int64_t minimum = std::numeric_limits<std::int64_t>::min();
    std::int64_t maximum = std::numeric_limits<std::int64_t>::max();
};

/// A number that is finite, with or without a fraction or an exponent.
struct FloatType {
    double minimum = std::numeric_limits<double>::lowest();
    double maximum = std::numeric_limits<double>::max();
};

/// The number of a port, 0 to 65535.
struct PortType {};

/// `true`, `1`, `on` and `yes`, or `false`, `0`, `off` and `no`, in any case.
struct BooleanType {};

/// A length of time: see parse_duration().
struct DurationType {
    Duration minimum{0};
    /// Whether `infinity` is accepted, which is `nanoseconds::max()`; as systemd has it.
    bool accepts_infinity = false;
};

/// One of some words. The value is the word as it is declared.
struct ChoiceType {
    std::vector<std::string> choices = {};
    /// Whether `Fuser` is `fuser`. Only the case of ASCII letters is ignored.
    bool ignore_case = false;
};

/// Any text.
struct TextType {
    /// In characters, not in bytes; 0: no limit.
    std::size_t maximum_length = 0;
};

using ItemType =
    std::variant<IntegerType, FloatType, PortType, BooleanType, DurationType, ChoiceType, TextType>;

/// Items with commas between them, as in `a, b,c`. Commas at the end are dropped.
struct ListType {
    ItemType item = TextType{};
};

/// As many values as there are: each assignment of a file and each use of the flag adds one.
struct MultiType {
    ItemType item = TextType{};
};

using OptionType = std::variant<IntegerType, FloatType, PortType, BooleanType, DurationType,
                                ChoiceType, TextType, ListType, MultiType>;

/// Of an empty place in a list of numbers: nothing (`std::monostate`).
using Item =
    std::variant<std::monostate, std::int64_t, double, bool, std::chrono::nanoseconds, std::string>;
using Items = std::vector<Item>;

/// Of an option without a default that no source sets: nothing (`std::monostate`). A port is a
/// `std::int64_t`, a choice a text, a list or several values are `Items`.
using OptionValue = std::variant<std::monostate, std::int64_t, double, bool,
                                 std::chrono::nanoseconds, std::string, Items>;

/// The value that a text stands for, or why it stands for none.
struct ParsedValue {
    OptionValue value = {};
    /// Empty if there is a value. The kinds are those of Diagnostic::code: not_int, below_min, ...
    std::string code = {};
    /// What would be accepted.
    std::string expected = {};
    /// What is wrong, such as "is too large". Empty: the text does not have the form of the type.
    std::string fault = {};
};

/// Reads the text of a value and checks its bounds. Of a MultiType: of one of its values.
[[nodiscard]] LOOPINGCALL_EXPORT ParsedValue parse_value(const OptionType& type,
                                                         std::string_view text);

/// As parse_value() reads it: numbers in full, durations with their unit, `true` or `false`, lists
/// with commas. One text for each of the values of a MultiType, none for no value, otherwise one.
[[nodiscard]] LOOPINGCALL_EXPORT std::vector<std::string> to_texts(const OptionType& type,
                                                                   const OptionValue& value);

/// What the values of a type are called, as oslo's sample files do: `integer value`.
[[nodiscard]] LOOPINGCALL_EXPORT std::string name_of(const OptionType& type);

}  // namespace loopingcall::config
