#include "collect.hpp"

#include <algorithm>
#include <cstddef>
#include <sstream>
#include <stdexcept>
#include <utility>

#include "config/ini/ini_text.hpp"
#include "config/names.hpp"
#include "read_files.hpp"

namespace loopingcall::config::detail {

namespace {

constexpr std::size_t no_entry = static_cast<std::size_t>(-1);

struct Assignment {
    std::size_t file;
    std::size_t rank;
    std::string text;
    bool is_quoted;
    Origin origin;
};

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

class Collector {
  public:
    Collector(const OptionTable& table, const OptionIndex& index, const Sources& sources)
        : table_(table), index_(index), sources_(sources), assignments_(table.size()) {}

    Collected collect() {
        check_code(sources_.defaults);
        check_code(sources_.overrides);
        ReadFiles read = read_files(sources_);
        for (std::size_t i = 0; i < read.files.size(); ++i) take_file(read.files[i], i);
        for (Diagnostic& problem : read.problems) report(std::move(problem));
        source_of_file_ = std::move(read.sources);
        for (std::size_t i = 0; i < table_.size(); ++i) {
            result_.candidates.push_back(candidate_of(i));
        }
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
            warn_of_old_name(file, entry, meaning);
            const bool is_list = std::holds_alternative<ListType>(table_[meaning.option].type);
            assignments_[meaning.option].push_back(
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

    void warn_of_old_name(const IniFile& file, const IniEntry& entry, const Meaning& meaning) {
        const Option& option = table_[meaning.option];
        if (meaning.rank > 0) warn_of_old_name(file.key_location(entry), entry.key, option);
        if (option.deprecated_for_removal) {
            warn_of_removal(file.key_location(entry), entry.key, option);
        }
    }

    void warn_of_old_name(Location location, const std::string& name, const Option& option) {
        report({.severity = Severity::warning,
                .location = std::move(location),
                .key = name,
                .code = "deprecated",
                .message = "is deprecated; use " + option.name + " of [" + option.group + "]"});
    }

    void warn_of_removal(Location location, const std::string& name, const Option& option) {
        report({.severity = Severity::warning,
                .location = std::move(location),
                .key = name,
                .code = "deprecated_for_removal",
                .message = "is deprecated, and will be ignored in the future" +
                           (option.deprecated_reason.empty() ? std::string()
                                                             : ": " + option.deprecated_reason)});
    }

    Candidate candidate_of(std::size_t number) {
        const Option& option = table_[number];
        Candidate candidate;
        take_default(option, candidate);
        take_files(option, assignments_[number], candidate);
        take_variable(option, candidate);
        if (std::holds_alternative<MultiType>(option.type))
            add_flags(option, assignments_[number], candidate);
        else
            take_flags(option, candidate);
        const auto code = sources_.overrides.find(key_of(option));
        if (code != sources_.overrides.end()) win(candidate, {code->second}, false, {Source::code});
        return candidate;
    }

    void take_default(const Option& option, Candidate& candidate) const {
        const auto set = sources_.defaults.find(key_of(option));
        const std::string& text =
            set == sources_.defaults.end() ? option.default_value : set->second;
        if (text == no_default) return;
        const bool several = std::holds_alternative<MultiType>(option.type);
        candidate.texts = several ? lines_of(text) : std::vector{text};
        candidate.origin = {Source::default_value};
    }

    /// A later file overrides an earlier one. Within a file, a name overrides the names before it,
    /// even the same name. Several values are joined in the opposite order.
    void take_files(const Option& option, std::vector<Assignment>& assignments,
                    Candidate& candidate) {
        std::stable_sort(assignments.begin(), assignments.end(),
                         [](const Assignment& one, const Assignment& other) {
                             return std::pair(one.file, other.rank) <
                                    std::pair(other.file, one.rank);
                         });
        if (assignments.empty()) return;
        if (std::holds_alternative<MultiType>(option.type)) {
            std::vector<std::string> texts;
            bool are_quoted = true;
            for (const Assignment& one : assignments) {
                texts.push_back(one.text);
                are_quoted = are_quoted && one.is_quoted;
            }
            return win(candidate, std::move(texts), are_quoted, assignments.back().origin);
        }
        warn_of_repetition(assignments);
        for (Assignment& one : assignments) {
            win(candidate, {std::move(one.text)}, one.is_quoted, std::move(one.origin));
        }
    }

    void warn_of_repetition(const std::vector<Assignment>& assignments) {
        const Assignment& last = assignments.back();
        if (assignments.size() < 2) return;
        const Assignment& before = assignments[assignments.size() - 2];
        if (before.file != last.file || before.rank != last.rank) return;
        report({.severity = Severity::warning,
                .location = last.origin.location,
                .key = last.origin.name,
                .code = "duplicate",
                .message = "is set again; line " + std::to_string(before.origin.location.line) +
                           " has no effect"});
    }

    void take_variable(const Option& option, Candidate& candidate) {
        if (!sources_.environment) return;
        const std::string name = variable_of(option);
        const char* const value = sources_.environment(name.c_str());
        if (value == nullptr) return;
        if (option.deprecated_for_removal) warn_of_removal({}, name, option);
        win(candidate, {value}, false, {.source = Source::environment, .name = name});
    }

    void take_flags(const Option& option, Candidate& candidate) {
        const std::string key = key_of(option);
        for (const FlagValue& flag : sources_.flags) {
            if (flag.key != key) continue;
            warn_of_flag(flag, option);
            win(candidate, {flag.text}, false, {.source = Source::flag, .name = flag.flag});
        }
    }

    /// oslo keeps the values of files and flags in one list, in the order of the command line.
    void add_flags(const Option& option, const std::vector<Assignment>& of_files,
                   Candidate& candidate) {
        const std::string key = key_of(option);
        std::vector<std::string> texts;
        auto next = of_files.begin();
        Origin origin{.source = Source::flag};
        for (std::size_t i = 0; i < sources_.flags.size(); ++i) {
            const FlagValue& flag = sources_.flags[i];
            if (flag.key != key) continue;
            warn_of_flag(flag, option);
            for (; next != of_files.end() && flags_before(*next) <= i; ++next) {
                texts.push_back(next->text);
            }
            texts.push_back(flag.text);
            origin.name = flag.flag;
        }
        if (origin.name.empty()) return;
        for (; next != of_files.end(); ++next) texts.push_back(next->text);
        win(candidate, std::move(texts), false, std::move(origin));
        std::erase_if(candidate.overridden, [](const Overridden& one) {
            return one.origin.source == Source::file;  // they are among the values
        });
    }

    [[nodiscard]] std::size_t flags_before(const Assignment& assignment) const {
        return sources_.files[source_of_file_[assignment.file]].flags_before;
    }

    void warn_of_flag(const FlagValue& flag, const Option& option) {
        if (flag.is_deprecated) warn_of_old_name({}, flag.flag, option);
        if (option.deprecated_for_removal) warn_of_removal({}, flag.flag, option);
    }

    static void win(Candidate& candidate, std::vector<std::string> texts, bool is_quoted,
                    Origin origin) {
        if (candidate.origin.source > Source::default_value) {
            for (std::string& text : candidate.texts) {
                candidate.overridden.push_back({candidate.origin, std::move(text)});
            }
        }
        candidate.texts = std::move(texts);
        candidate.is_quoted = is_quoted;
        candidate.origin = std::move(origin);
    }

    void check_code(const std::map<std::string, std::string>& texts) const {
        for (const auto& [key, text] : texts) {
            const auto is_it = [&sought = key](const Option& one) { return key_of(one) == sought; };
            if (std::none_of(table_.begin(), table_.end(), is_it)) {
                throw std::invalid_argument("no option " + key + " is declared");
            }
        }
    }

    [[nodiscard]] Severity unknown_severity() const {
        return sources_.strict ? Severity::error : Severity::warning;
    }

    void report(Diagnostic diagnostic) { result_.diagnostics.push_back(std::move(diagnostic)); }

    const OptionTable& table_;
    const OptionIndex& index_;
    const Sources& sources_;
    std::vector<std::vector<Assignment>> assignments_;
    std::vector<std::size_t> source_of_file_;
    Collected result_;
};

}  // namespace

Collected collect(const OptionTable& table, const OptionIndex& index, const Sources& sources) {
    return Collector(table, index, sources).collect();
}

}  // namespace loopingcall::config::detail
