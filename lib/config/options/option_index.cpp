#include "option_index.hpp"

#include <algorithm>

#include "config/names.hpp"
#include "config/nearest.hpp"

namespace loopingcall::config::detail {

namespace {

std::string did_you_mean(const std::string& name) {
    return name.empty() ? std::string() : "; did you mean " + name + "?";
}

std::string without_blanks_around(const std::string& text) {
    const std::size_t first = text.find_first_not_of(" \t");
    if (first == std::string::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") + 1 - first);
}

}  // namespace

OptionIndex::OptionIndex(const OptionTable& table) : table_(table) {
    for (std::size_t i = 0; i < table.size(); ++i) {
        const Option& option = table[i];
        const std::string group = folded_section(option.group);
        const std::string name = folded_key(option.name);
        groups_.insert(group);
        names_.emplace(option.group + '.' + name, i);
        meanings_[group + '.' + name].push_back({i, 0});
        std::size_t rank = 0;
        for (const DeprecatedName& old : option.deprecated_names) {
            const std::string old_group = old.group.empty() ? group : folded_section(old.group);
            const std::string old_name = old.name.empty() ? name : folded_key(old.name);
            old_groups_.insert(old_group);
            meanings_[old_group + '.' + old_name].push_back({i, ++rank});
        }
    }
}

const std::vector<Meaning>* OptionIndex::find(const std::string& key) const {
    const auto found = meanings_.find(key);
    return found == meanings_.end() ? nullptr : &found->second;
}

std::optional<std::size_t> OptionIndex::find_exactly(const std::string& group,
                                                     const std::string& name) const {
    const auto found = names_.find(group + '.' + name);
    return found == names_.end() ? std::nullopt : std::optional(found->second);
}

std::string OptionIndex::hint_for_section(const std::string& section) const {
    const std::string bare = without_blanks_around(section);
    if (knows_section(folded_section(bare))) return did_you_mean('[' + bare + ']');
    return did_you_mean(nearest(section, {groups_.begin(), groups_.end()}));
}

bool OptionIndex::has_group_exactly(const std::string& group) const {
    return std::any_of(table_.begin(), table_.end(),
                       [&](const Option& option) { return option.group == group; });
}

std::string OptionIndex::hint_for_key(const std::string& folded_group,
                                      const std::string& key) const {
    if (key.find("\xC2\xA0") != std::string::npos) return "; it holds a no-break space (U+00A0)";
    std::vector<std::string> names;
    std::vector<std::string> others;
    for (const Option& option : table_) {
        const bool is_here = folded_section(option.group) == folded_group;
        (is_here ? names : others).push_back(option.name);
    }
    const std::string here = nearest(key, names);
    const std::string elsewhere = nearest(key, others);
    const bool is_misplaced = folded_key(elsewhere) == folded_key(key);
    if (elsewhere.empty() || (!here.empty() && !is_misplaced)) return did_you_mean(here);
    const auto option = std::find_if(table_.begin(), table_.end(), [&](const Option& one) {
        return one.name == elsewhere && folded_section(one.group) != folded_group;
    });
    return did_you_mean(elsewhere + " of [" + option->group + ']');
}

}  // namespace loopingcall::config::detail
