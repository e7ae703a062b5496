#include "collect.hpp"

#include <algorithm>
#include <cstddef>
#include <stdexcept>
#include <utility>

#include "assignments.hpp"
#include "config/names.hpp"
#include "deprecation.hpp"

namespace loopingcall::config::detail {

namespace {

class Collector {
  public:
    Collector(const OptionTable& table, const OptionIndex& index, const Sources& sources)
        : table_(table), index_(index), sources_(sources) {}

    Collected collect() {
        check_code(sources_.defaults);
        check_code(sources_.overrides);
        files_ = read_assignments(table_, index_, sources_);
        result_.diagnostics = std::move(files_.diagnostics);
        for (std::size_t i = 0; i < table_.size(); ++i) {
            result_.candidates.push_back(candidate_of(i));
        }
        return std::move(result_);
    }

  private:
    Candidate candidate_of(std::size_t number) {
        const Option& option = table_[number];
        Candidate candidate;
        take_default(option, candidate);
        take_files(option, files_.of_options[number], candidate);
        take_variable(option, candidate);
        if (std::holds_alternative<MultiType>(option.type))
            add_flags(option, files_.of_options[number], candidate);
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
        if (option.deprecated_for_removal) report(future_removal({}, name, option));
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
        return sources_.files[files_.source_of_file[assignment.file]].flags_before;
    }

    void warn_of_flag(const FlagValue& flag, const Option& option) {
        if (flag.is_deprecated) report(old_name({}, flag.flag, option));
        if (option.deprecated_for_removal) report(future_removal({}, flag.flag, option));
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

    void report(Diagnostic diagnostic) { result_.diagnostics.push_back(std::move(diagnostic)); }

    const OptionTable& table_;
    const OptionIndex& index_;
    const Sources& sources_;
    Assignments files_;
    Collected result_;
};

}  // namespace

Collected collect(const OptionTable& table, const OptionIndex& index, const Sources& sources) {
    return Collector(table, index, sources).collect();
}

}  // namespace loopingcall::config::detail
