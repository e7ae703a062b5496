#include "names.hpp"

#include <algorithm>
#include <type_traits>
#include <utility>

namespace loopingcall::config::detail {

std::string folded_section(std::string_view section) {
    std::string folded(section);
    if (folded == "DEFAULT") return folded;
    for (char& character : folded) {
        if (character >= 'A' && character <= 'Z') character = static_cast<char>(character + 32);
    }
    return folded;
}

std::string folded_key(std::string_view key) {
    std::string folded(key);
    std::replace(folded.begin(), folded.end(), '-', '_');
    return folded;
}

std::vector<std::string> lines_of(std::string_view text) {
    std::vector<std::string> lines;
    for (;;) {
        const std::size_t end = text.find('\n');
        lines.emplace_back(text.substr(0, end));
        if (end == std::string_view::npos) return lines;
        text.remove_prefix(end + 1);
    }
}

Item to_item(OptionValue value) {
    return std::visit(
        [](auto&& one) -> Item {
            if constexpr (std::is_same_v<std::decay_t<decltype(one)>, Items>) {
                return {};
            } else {
                return std::forward<decltype(one)>(one);
            }
        },
        std::move(value));
}

std::vector<std::string> groups_of(const OptionTable& table) {
    std::vector<std::string> groups;
    for (const Option& option : table) {
        if (std::find(groups.begin(), groups.end(), option.group) == groups.end()) {
            groups.push_back(option.group);
        }
    }
    return groups;
}

std::string sentence(std::string help) {
    if (help.empty()) return help;
    if (help.front() >= 'a' && help.front() <= 'z') {
        help.front() = static_cast<char>(help.front() - 'a' + 'A');
    }
    return help.ends_with('.') ? help : help + '.';
}

}  // namespace loopingcall::config::detail
