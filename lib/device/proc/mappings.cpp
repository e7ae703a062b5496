#include "mappings.hpp"

#include <algorithm>
#include <charconv>
#include <unordered_set>

#include "device/take_line.hpp"
#include "device/take_word.hpp"

namespace loopingcall::device::detail {

namespace {

/// What one line says: `7f5c8e000000-7f5c8e021000 rw-p 00000000 fe:00 131 /usr/lib/...`.
struct Mapping {
    std::string_view range;
    std::string_view identity = {};  // "fe:00 131 /usr/lib/..."; empty if it is of no file
    std::uint64_t inode = 0;
};

Mapping parse_mapping(std::string_view line) {
    Mapping mapping{.range = take_word(line)};
    take_word(line);  // permissions
    take_word(line);  // offset
    const std::string_view identity = line;
    take_word(line);  // device
    const std::string_view inode = take_word(line);
    std::from_chars(inode.data(), inode.data() + inode.size(), mapping.inode);
    if (mapping.inode != 0) mapping.identity = identity;
    return mapping;
}

/// As the link is named: without the zeros that the text may begin its addresses with.
std::string link_name(std::string_view range) {
    std::string name;
    bool leading = true;
    for (const char character : range) {
        leading = leading && character == '0';
        if (!leading) name += character;
        if (character == '-') leading = true;
    }
    return name;
}

}  // namespace

void for_each_mapped_file(std::string_view maps,
                          const std::function<void(const MappedFile& file)>& visit) {
    std::unordered_set<std::string_view> seen;
    while (!maps.empty()) {
        const Mapping mapping = parse_mapping(take_line(maps));
        if (mapping.identity.empty()) continue;
        if (!seen.insert(mapping.identity).second) continue;
        visit({link_name(mapping.range), mapping.identity, mapping.inode});
    }
}

}  // namespace loopingcall::device::detail
