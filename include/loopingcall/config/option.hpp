#pragma once

#include <chrono>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace loopingcall::config {

/// A whole number, as Python's int() reads it: a sign, digits, single underscores between them.
struct IntegerType {
    std::int64_t minimum = std::numeric_limits<std::int64_t>::min();
    std::int64_t maximum = std::numeric_limits<std::int64_t>::max();
};

/// A length of time: see parse_duration().
struct DurationType {
    std::chrono::nanoseconds minimum{0};
};

/// `true`, `1`, `on` and `yes`, or `false`, `0`, `off` and `no`, in any case.
struct BooleanType {};

/// One of some words.
struct ChoiceType {
    std::vector<std::string> choices = {};
};

/// Any text.
struct TextType {};

using OptionType = std::variant<IntegerType, DurationType, BooleanType, ChoiceType, TextType>;

/// Of an option without a default that no source sets: nothing (`std::monostate`).
using OptionValue =
    std::variant<std::monostate, std::int64_t, std::chrono::nanoseconds, bool, std::string>;

/// As a default: the option has no value unless it is set. oslo's sample files show it so.
inline constexpr std::string_view no_default = "<None>";

/// An option, declared once: files, flags, their help and the sample file all come from this.
struct Option {
    std::string group;  ///< the section of a file
    std::string name;   ///< with underscores
    OptionType type;
    std::string default_value;  ///< as it would stand in a file, or `no_default`
    std::string help = {};      ///< one sentence
    /// A short form of the flag `--group-name`, as `interval,i`; empty if there is none.
    std::string alias = {};
};

using OptionTable = std::vector<Option>;

/// `group.name`.
[[nodiscard]] std::string key_of(const Option& option);

/// The flag that sets the option, as oslo names it: `group-name`.
[[nodiscard]] std::string flag_of(const Option& option);

/// The value that a text stands for, or why it stands for none.
struct ParsedValue {
    OptionValue value = {};
    std::string error = {};  ///< empty if there is a value
};

/// Reads the text of a value and checks its bounds. The error names the text and what is accepted.
[[nodiscard]] ParsedValue parse_value(const OptionType& type, std::string_view text);

}  // namespace loopingcall::config
