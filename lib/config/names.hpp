#pragma once

#include <loopingcall/config/option.hpp>
#include <loopingcall/config/types.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace loopingcall::config::detail {

/// The name of a section as groups are compared: oslo's are in lower case, except that DEFAULT must
/// be upper case, and `default` is another one.
[[nodiscard]] std::string folded_section(std::string_view section);

/// The name of a key as options are compared: a hyphen is an underscore, as it is in a flag.
[[nodiscard]] std::string folded_key(std::string_view key);

/// Not the end of the last line, but what is between the ends of lines: one text at least.
[[nodiscard]] std::vector<std::string> lines_of(std::string_view text);

/// A single value, not a list.
[[nodiscard]] Item to_item(OptionValue value);

/// The groups of a table, in its order.
[[nodiscard]] std::vector<std::string> groups_of(const OptionTable& table);

/// A help as a sentence: with a capital, and a full stop. Nothing stays nothing.
[[nodiscard]] std::string sentence(std::string help);

}  // namespace loopingcall::config::detail
