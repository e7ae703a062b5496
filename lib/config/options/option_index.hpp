#pragma once

#include <cstddef>
#include <loopingcall/config/option.hpp>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace loopingcall::config::detail {

/// An option that a key of a file may mean: by its name, or by one that it had before.
struct Meaning {
    std::size_t option = 0;
    std::size_t rank = 0;  ///< 0: its name; others: its deprecated names, in their order
};

/// Finds the options of a table by what files call them.
class OptionIndex {
  public:
    explicit OptionIndex(const OptionTable& table);

    /// The options that `key`, of folded section and key, may mean. Null: no option.
    [[nodiscard]] const std::vector<Meaning>* find(const std::string& key) const;

    /// The option whose name that is now.
    [[nodiscard]] std::optional<std::size_t> find_exactly(const std::string& group,
                                                          const std::string& name) const;

    [[nodiscard]] bool has_group(const std::string& folded) const {
        return groups_.contains(folded);
    }
    /// Also groups that have nothing left but deprecated names.
    [[nodiscard]] bool knows_section(const std::string& folded) const {
        return groups_.contains(folded) || old_groups_.contains(folded);
    }

    /// As a reference spells it, whose case counts.
    [[nodiscard]] bool has_group_exactly(const std::string& group) const;

    /// `; did you mean x?`, or nothing. A key may have been put into the wrong section.
    [[nodiscard]] std::string hint_for_section(const std::string& section) const;
    [[nodiscard]] std::string hint_for_key(const std::string& folded_group,
                                           const std::string& key) const;

  private:
    const OptionTable& table_;
    std::unordered_map<std::string, std::vector<Meaning>> meanings_;
    std::unordered_map<std::string, std::size_t> names_;
    std::set<std::string> groups_;
    std::set<std::string> old_groups_;
};

}  // namespace loopingcall::config::detail
