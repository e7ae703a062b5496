#pragma once

#include <cstddef>
#include <string_view>

namespace loopingcall::device::detail {

/// How many characters from the first on are blanks, or are none. A check counts those of all
/// mappings of all processes, so this compares them, where find_first_of() calls memchr() for each.
inline std::size_t count_leading(std::string_view line, bool blanks) {
    std::size_t count = 0;
    while (count < line.size() && (line[count] == ' ' || line[count] == '\t') == blanks) ++count;
    return count;
}

/// Takes the first word of a line of /proc, and the blanks around it.
inline std::string_view take_word(std::string_view& line) {
    line.remove_prefix(count_leading(line, true));
    const std::string_view word = line.substr(0, count_leading(line, false));
    line.remove_prefix(word.size());
    line.remove_prefix(count_leading(line, true));
    return word;
}

}  // namespace loopingcall::device::detail
