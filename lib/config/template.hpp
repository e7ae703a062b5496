#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace loopingcall::config::detail {

/// A part of a value: as it is, or the name of an option that stands for its value.
struct Piece {
    std::string text;
    bool is_reference = false;
};

/// Whether there is anything to be split at all.
[[nodiscard]] inline bool has_references(std::string_view text) {
    return text.find('$') != std::string_view::npos;
}

/// Splits a value as oslo does: `$name` and `${name}` are references, where a name has letters,
/// digits, underscores and dots, and begins with a letter or underscore; `$$` and `\$` are a dollar
/// sign, and so is one that is followed by none of these. A pure function.
[[nodiscard]] std::vector<Piece> split_template(std::string_view text);

/// The opposite: the value that stands for `text` itself.
[[nodiscard]] std::string escape_template(std::string_view text);

}  // namespace loopingcall::config::detail
