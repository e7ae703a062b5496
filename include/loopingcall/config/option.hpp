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

using OptionType = std::variant<IntegerType, DurationType>;
using OptionValue = std::variant<std::int64_t, std::chrono::nanoseconds>;

/// An option, declared once: files, flags, their help and the sample file all come from this.
struct Option {
    std::string group;  ///< the section of a file
    std::string name;   ///< with underscores
    OptionType type;
    std::string default_value;  ///< as it would stand in a file
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
