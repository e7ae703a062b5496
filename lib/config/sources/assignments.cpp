#include "assignments.hpp"

#include <sstream>
#include <utility>

#include "config/ini/ini_text.hpp"
#include "config/names.hpp"
#include "deprecation.hpp"
#include "read_files.hpp"

namespace loopingcall::config::detail {

namespace {

constexpr std::size_t no_entry = static_cast<std::size_t>(-1);

/// `"a","b"` of a list: oslo takes the first and the last quote for one pair, and `a"` and `"b"`
/// for the items. Here they are taken off each item, if each has them.
std::string without_quotes_of_items(const IniEntry& entry) {
    if (entry.quote == '\0' || entry.value.find(entry.quote) == std::string::npos) {
        return entry.value;
    }
    std::string items;
    std::istringstream parts(entry.quote + entry.value + entry.quote);
    for (std::string part; std::getline(parts, part, ',');) {
        const std::size_t first = part.find_first_not_of(" \t");
        const std::size_t last = part.find_last_not_of(" \t");
        const bool is_quoted = first != std::string::npos && last > first &&
                               part[first] == entry.quote && part[last] == entry.quote;
        if (!is_quoted) return entry.value;
        items += (items.empty() ? "" : ",") + part.substr(first + 1, last - first - 1);
    }
    return items;
}

class FileMatcher {
  public:
    FileMatcher(const OptionTable& table, const OptionIndex& index, const Sources& sources)
        : table_(table), index_(index), sources_(sources) {
        result_.of_options.resize(table.size());
    }

    Assignments read() {
        ReadFiles read = read_files(sources_);
        for (std::size_t i = 0; i < read.files.size(); ++i) take_file(read.files[i], i);
        for (Diagnostic& problem : read.problems) report(std::move(problem));
        result_.source_of_file = std::move(read.sources);
        return std::move(result_);
    }

  private:
    void take_file(IniFile& file, std::size_t number) {
        for (Diagnostic& error : file.errors) report(std::move(error));
        for (Diagnostic& warning : file.warnings) report(std::move(warning));
        std::vector<std::string> groups;
        groups.reserve(file.sections.size());
        for (const std::string& section : file.sections) groups.push_back(folded_section(section));
        check_sections(file, groups);
        for (IniEntry& entry : file.entries) take_entry(file, entry, groups[entry.section], number);
    }

    void take_entry(const IniFile& file, IniEntry& entry, const std::string& group,
                    std::size_t number) {
        const auto* const meanings = index_.find(group + '.' + folded_key(entry.key));
        if (meanings == nullptr) return take_unknown(file, entry, group);
        for (const Meaning& meaning : *meanings) {
            warn_of_deprecation(file, entry, meaning);
            const bool is_list = std::holds_alternative<ListType>(table_[meaning.option].type);
            result_.of_options[meaning.option].push_back(
                {number,
                 meaning.rank,
                 is_list ? without_quotes_of_items(entry) : entry.value,
                 entry.quote != '\0',
                 {Source::file, file.value_location(entry), entry.key}});
        }
    }

    /// Every program has options in [DEFAULT]: where none of ours is, a key is reported if it looks
    /// like an option of ours.
    void take_unknown(const IniFile& file, const IniEntry& entry, const std::string& group) {
        const bool is_shared = !index_.has_group(group);
        if (is_shared && group != "DEFAULT") return;
        const std::string hint = index_.hint_for_key(group, entry.key);
        if (is_shared && hint.empty() && !sources_.strict) return;
        report({.severity = unknown_severity(),
                .location = file.key_location(entry),
                .key = entry.key,
                .code = "unknown_option",
                .message = "there is no such option in [" + group + "]" + hint});
    }

    /// Files are shared with other programs, whose sections are none of our business, unless one
    /// looks like a section of ours, misspelt, or like a mistake.
    void check_sections(const IniFile& file, const std::vector<std::string>& groups) {
        std::vector<std::size_t> first(groups.size(), no_entry);
        for (std::size_t i = file.entries.size(); i-- > 0;) first[file.entries[i].section] = i;
        for (std::size_t i = 0; i < groups.size(); ++i) {
            const std::string& section = file.sections[i];
            if (section == "DEFAULT" || index_.knows_section(groups[i])) continue;
            const bool is_blank = section.find_first_not_of(blanks) == std::string::npos;
            const bool has_entry = first[i] != no_entry;
            const std::string hint = index_.hint_for_section(section);
            const bool is_suspicious = is_blank || (has_entry && !hint.empty());
            if (!is_suspicious && !sources_.strict) continue;
            Diagnostic unknown{.severity = unknown_severity(),
                               .location = {file.name, file.section_lines[i], 1},
                               .code = "unknown_section",
                               .message = "there is no section [" + section + "]" + hint};
            if (has_entry) {
                unknown.location = file.key_location(file.entries[first[i]]);
                unknown.key = file.entries[first[i]].key;
            }
            report(std::move(unknown));
        }
    }

    void warn_of_deprecation(const IniFile& file, const IniEntry& entry, const Meaning& meaning) {
        const Option& option = table_[meaning.option];
        const Location place = file.key_location(entry);
        if (meaning.rank > 0) report(old_name(place, entry.key, option));
        if (option.deprecated_for_removal) report(future_removal(place, entry.key, option));
    }

    [[nodiscard]] Severity unknown_severity() const {
        return sources_.strict ? Severity::error : Severity::warning;
    }

    void report(Diagnostic diagnostic) { result_.diagnostics.push_back(std::move(diagnostic)); }

    const OptionTable& table_;
    const OptionIndex& index_;
    const Sources& sources_;
    Assignments result_;
};

}  // namespace

Assignments read_assignments(const OptionTable& table, const OptionIndex& index,
                             const Sources& sources) {
    return FileMatcher(table, index, sources).read();
}

}  // namespace loopingcall::config::detail
