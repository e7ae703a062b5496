#include "collect.hpp"

#include <algorithm>
#include <cstddef>
#include <sstream>
#include <stdexcept>
#include <utility>

#include "names.hpp"
#include "read_files.hpp"

namespace loopingcall::config::detail {

namespace {

constexpr std::size_t no_entry = static_cast<std::size_t>(-1);

struct Assignment {
    std::size_t file;
    std::size_t rank;
    std::string text;
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
        for (Diagnostic& error : read.errors) report(std::move(error));
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
                 {Source::file, file.value_location(entry), entry.key}});
        }
    }

    void take_unknown(const IniFile& file, const IniEntry& entry, const std::string& group) {
        if (index_.has_group(group)) {
            report({.severity = unknown_severity(),
                    .location = file.key_location(entry),
                    .key = entry.key,
                    .code = "unknown_option",
                    .message = "there is no such option in [" + group + "]" +
                               index_.hint_for_key(group, entry.key)});
        }
    }

    /// Files are shared with other programs, whose sections are none of our business, unless one
    /// looks like a section of ours, misspelt.
    void check_sections(const IniFile& file, const std::vector<std::string>& groups) {
        std::vector<std::size_t> first(groups.size(), no_entry);
        for (std::size_t i = file.entries.size(); i-- > 0;) first[file.entries[i].section] = i;
        for (std::size_t i = 0; i < groups.size(); ++i) {
            const std::string& section = file.sections[i];
            if (first[i] == no_entry || index_.knows_section(groups[i])) continue;
            if (section == "DEFAULT") continue;
            const std::string hint = index_.hint_for_section(section);
            if (hint.empty() && !sources_.strict) continue;
            const IniEntry& entry = file.entries[first[i]];
            report({.severity = unknown_severity(),
                    .location = file.key_location(entry),
                    .key = entry.key,
                    .code = "unknown_section",
                    .message = "there is no section [" + section + "]" + hint});
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
        take_flags(option, candidate);
        const auto code = sources_.overrides.find(key_of(option));
        if (code != sources_.overrides.end()) win(candidate, {code->second}, {Source::code});
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

    /// A later file beats an earlier one; within one, a name beats those that came before it; the
    /// same one again beats itself. Several values are joined in the opposite order.
    void take_files(const Option& option, std::vector<Assignment>& assignments,
                    Candidate& candidate) {
        std::stable_sort(assignments.begin(), assignments.end(),
                         [](const Assignment& one, const Assignment& other) {
                             return std::pair(one.file, other.rank) <
                                    std::pair(other.file, one.rank);
                         });
        if (assignments.empty()) return;
        std::vector<std::string> texts;
        if (std::holds_alternative<MultiType>(option.type)) {
            for (Assignment& one : assignments) texts.push_back(std::move(one.text));
            return win(candidate, std::move(texts), std::move(assignments.back().origin));
        }
        warn_of_repetition(assignments);
        for (Assignment& one : assignments) {
            win(candidate, {std::move(one.text)}, std::move(one.origin));
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
        win(candidate, {value}, {.source = Source::environment, .name = name});
    }

    void take_flags(const Option& option, Candidate& candidate) {
        std::vector<std::string> texts;
        Origin origin{.source = Source::flag};
        const bool several = std::holds_alternative<MultiType>(option.type);
        const std::string key = key_of(option);
        for (const FlagValue& flag : sources_.flags) {
            if (flag.key != key) continue;
            if (flag.is_deprecated) warn_of_old_name({}, flag.flag, option);
            if (option.deprecated_for_removal) warn_of_removal({}, flag.flag, option);
            origin.name = flag.flag;
            texts.push_back(flag.text);
            if (!several) win(candidate, {flag.text}, origin);
        }
        if (several && !texts.empty()) win(candidate, std::move(texts), std::move(origin));
    }

    static void win(Candidate& candidate, std::vector<std::string> texts, Origin origin) {
        if (candidate.origin.source > Source::default_value) {
            for (std::string& text : candidate.texts) {
                candidate.overridden.push_back({candidate.origin, std::move(text)});
            }
        }
        candidate.texts = std::move(texts);
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
    Collected result_;
};

}  // namespace

Collected collect(const OptionTable& table, const OptionIndex& index, const Sources& sources) {
    return Collector(table, index, sources).collect();
}

}  // namespace loopingcall::config::detail
