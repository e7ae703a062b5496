#pragma once

#include <algorithm>
#include <string_view>

namespace loopingcall::device::detail {

/// Takes the first word of a line of /proc, and the blanks around it.
inline std::string_view take_word(std::string_view& line) {
    constexpr std::string_view blanks = " \t";
    line.remove_prefix(std::min(line.find_first_not_of(blanks), line.size()));
    const std::string_view word = line.substr(0, line.find_first_of(blanks));
    line.remove_prefix(word.size());
    line.remove_prefix(std::min(line.find_first_not_of(blanks), line.size()));
    return word;
}

}  // namespace loopingcall::device::detail
