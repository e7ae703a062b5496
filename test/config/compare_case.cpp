#include "compare_case.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <cmath>
#include <loopingcall/config/ini.hpp>
#include <map>
#include <type_traits>

#include "string_of.hpp"

namespace test {

namespace {

namespace config = loopingcall::config;
namespace json = boost::json;
using config::Diagnostic;
using config::Severity;
using Raw = std::map<std::string, std::map<std::string, std::vector<std::string>>>;

struct ToJson {
    json::value operator()(std::monostate) const { return nullptr; }
    json::value operator()(std::chrono::nanoseconds duration) const {
        return std::chrono::duration<double>(duration).count();
    }
    json::value operator()(const config::Items& items) const {
        json::array array;
        for (const config::Item& item : items) array.push_back(std::visit(*this, item));
        return array;
    }
    template <class T>
    json::value operator()(const T& value) const {
        return json::value(value);
    }
};

bool is_equal(const json::value& one, const json::value& other) {
    if (one.is_number() && other.is_number()) {
        return one.to_number<double>() == other.to_number<double>();
    }
    if (!one.is_array() || !other.is_array()) return one == other;
    const json::array& left = one.as_array();
    const json::array& right = other.as_array();
    return std::equal(left.begin(), left.end(), right.begin(), right.end(), is_equal);
}

/// What oslo calls the sources.
std::string oslo_name_of(config::Source source) {
    switch (source) {
        case config::Source::environment:
            return "env";
        case config::Source::flag:
            return "cli";
        case config::Source::code:
            return "override";
        default:
            return to_string(source);
    }
}

/// The recorded kind, or our code for an exception of oslo's that no recorded kind stands for.
std::string kind_of(const json::object& error) {
    static const std::map<std::string, std::string> codes{
        {"NoSuchGroupError", "subst_no_such_group"}, {"ConfigDirNotFoundError", "dir_not_found"}};
    const auto* const exception = error.if_contains("exception");
    const auto code = exception == nullptr ? codes.end() : codes.find(string_of(*exception));
    return code == codes.end() ? string_of(error.at("kind")) : code->second;
}

bool is_kind(const Diagnostic& problem, const std::string& kind) {
    const bool is_usage = problem.code == "unknown_flag" || problem.code == "usage";
    return problem.code == kind || (kind == "cli_usage" && is_usage) ||
           (kind == "cli_bad_value" && problem.key.starts_with("--"));
}

/// Whether the problem is with that option, by whatever name it was given.
bool is_about(const Diagnostic& problem, const config::Option& option) {
    const std::string key = problem.key;
    if (key == key_of(option) || key == variable_of(option)) return true;
    if (key == "--" + flag_of(option)) return true;
    if (key == option.name) return true;
    return std::any_of(option.deprecated_names.begin(), option.deprecated_names.end(),
                       [&](const auto& old) { return old.name == key; });
}

class Comparison {
  public:
    Comparison(const json::object& expect, const CaseOutcome& outcome)
        : expect_(expect), outcome_(outcome) {}

    std::vector<std::string> compare() {
        const json::value& load = expect_.at("load");
        if (load.is_object()) {
            find_error(load.at("error").as_object(), outcome_.diagnostics, "load");
            return std::move(differences_);
        }
        const bool reloaded = outcome_.before_reload.has_value();
        if (const auto* const values = expect_.if_contains("values")) {
            compare_values(values->as_object(),
                           reloaded ? *outcome_.before_reload : *outcome_.config);
        }
        if (reloaded) compare_reload();
        compare_log();
        return std::move(differences_);
    }

    std::vector<std::string> compare_raw(const Raw& ours) {
        if (const auto* const raw = expect_.if_contains("raw")) {
            if (json::value_to<Raw>(*raw) != ours) differ("the raw texts are read differently");
        }
        return std::move(differences_);
    }

  private:
    void differ(std::string text) { differences_.push_back(std::move(text)); }

    void find_error(const json::object& error, const std::vector<Diagnostic>& diagnostics,
                    const std::string& where) {
        const std::string kind = kind_of(error);
        for (const Diagnostic& problem : diagnostics) {
            if (problem.severity != Severity::error || !is_kind(problem, kind)) continue;
            const auto* const line = error.if_contains("line");
            const auto* const file = error.if_contains("file");
            const bool same_line = line == nullptr || line->is_null() ||
                                   line->to_number<std::size_t>() == problem.location.line;
            const bool same_file = file == nullptr || file->is_null() ||
                                   problem.location.file.ends_with(string_of(*file));
            if (same_line && same_file) return;
        }
        differ(where + ": expected the error " + json::serialize(error));
    }

    void compare_values(const json::object& values, const config::Config& ours) {
        for (const config::Option& option : outcome_.table) {
            const auto* const expected = values.if_contains(key_of(option));
            if (expected == nullptr) continue;
            const auto& problems = ours.diagnostics();
            const auto problem =
                std::find_if(problems.begin(), problems.end(), [&](const Diagnostic& one) {
                    return one.severity == Severity::error && is_about(one, option);
                });
            const auto* const error = expected->as_object().if_contains("error");
            if (error != nullptr) {
                find_error(error->as_object(), problems, key_of(option));
            } else if (problem != problems.end()) {
                differ(key_of(option) + ": " + to_string(*problem));
            } else {
                compare_value(option, expected->as_object(), ours.setting(key_of(option)));
            }
        }
    }

    void compare_value(const config::Option& option, const json::object& expected,
                       const config::Setting& ours) {
        const json::value value = std::visit(ToJson{}, ours.value);
        if (!is_equal(value, expected.at("value"))) {
            differ(key_of(option) + ": expected " + json::serialize(expected.at("value")) +
                   ", not " + json::serialize(value));
        }
        const std::string source = string_of(expected.at("source"));
        const std::string our_source = oslo_name_of(ours.origin.source);
        // oslo calls a value by a flag one of the file that has the option as well.
        const bool is_known_fault = our_source == "cli" && source == "file";
        if (source != our_source && !is_known_fault) {
            differ(key_of(option) + ": expected it from " + source + ", not from " + our_source);
        }
    }

    void compare_reload() {
        if (const auto* const after = expect_.if_contains("values_after")) {
            compare_values(after->as_object(), *outcome_.config);
        }
        const auto* const mutate = expect_.if_contains("mutate");
        if (mutate == nullptr) return;
        if (const auto* const error = mutate->as_object().if_contains("error")) {
            if (outcome_.reloaded->adopted) differ("reload: a bad file was adopted");
            return find_error(error->as_object(), outcome_.reloaded->diagnostics, "reload");
        }
        json::object changes;
        for (const auto& change : outcome_.reloaded->changes) {
            if (change.adopted) changes[change.key] = json::array{change.before, change.after};
        }
        if (changes != mutate->as_object()) {
            differ("reload: expected " + json::serialize(*mutate) + ", not " +
                   json::serialize(changes));
        }
    }

    void compare_log() {
        const auto* const log = expect_.if_contains("log");
        if (log == nullptr) return;
        for (const json::value& line : log->as_array()) {
            const std::string text = string_of(line);
            if (!text.starts_with("Deprecated: ")) continue;
            const bool removal = text.find("for removal") != std::string::npos;
            const std::string code = removal ? "deprecated_for_removal" : "deprecated";
            const auto is_it = [&](const Diagnostic& one) { return one.code == code; };
            const auto& all = outcome_.diagnostics;
            if (std::none_of(all.begin(), all.end(), is_it)) differ("expected a warning: " + text);
        }
    }

    const json::object& expect_;
    const CaseOutcome& outcome_;
    std::vector<std::string> differences_;
};

Raw raw_of(const std::string& text) {
    Raw raw;
    const auto file = config::parse_ini(text, "a.conf");
    for (const auto& section : file.sections) raw[section];
    for (const auto& entry : file.entries) {
        raw[file.sections[entry.section]][entry.key].push_back(entry.value);
    }
    return raw;
}

}  // namespace

std::vector<std::string> differences_from_oslo(const json::object& test_case,
                                               const RecordedCase& recorded,
                                               const CaseOutcome& outcome) {
    const json::object& expect = test_case.at("expect").as_object();
    auto differences = Comparison(expect, outcome).compare();
    for (auto& one : Comparison(expect, outcome).compare_raw(raw_of(recorded.ini_text()))) {
        differences.push_back(std::move(one));
    }
    return differences;
}

std::vector<std::string> differences_from_advice(const json::object& advice,
                                                 const CaseOutcome& outcome) {
    std::vector<std::string> differences;
    std::vector<Diagnostic> problems = outcome.diagnostics;
    if (const auto* const codes = advice.if_contains("codes")) {
        for (const json::value& code : codes->as_array()) {
            const auto is_it = [&](const Diagnostic& one) {
                const auto* const line = advice.if_contains("line");
                const auto* const key = advice.if_contains("key");
                return one.code == string_of(code) &&
                       (key == nullptr || one.key == string_of(*key)) &&
                       (line == nullptr || line->to_number<std::size_t>() == one.location.line);
            };
            if (std::none_of(problems.begin(), problems.end(), is_it)) {
                differences.push_back("expected a diagnostic of " + json::serialize(advice));
            }
        }
    } else {
        for (const Diagnostic& problem : problems) {
            if (problem.severity == Severity::error) differences.push_back(to_string(problem));
        }
    }
    if (const auto* const values = advice.if_contains("values")) {
        for (const auto& expected : values->as_object()) {
            const auto ours =
                std::visit(ToJson{}, outcome.config->setting(std::string(expected.key())).value);
            if (is_equal(ours, expected.value())) continue;
            differences.push_back(std::string(expected.key()) + ": expected " +
                                  json::serialize(expected.value()) + ", not " +
                                  json::serialize(ours));
        }
    }
    const auto* const adopted = advice.if_contains("adopted");
    if (adopted != nullptr && outcome.reloaded->adopted != adopted->as_bool()) {
        differences.emplace_back("reload: a bad file was adopted, or a good one was not");
    }
    if (const auto* const changes = advice.if_contains("changes")) {
        for (const auto& change : outcome.reloaded->changes) {
            const json::value ours = json::array{change.before, change.after};
            if (changes->at(change.key) != ours) {
                differences.push_back("reload: not " + json::serialize(ours));
            }
        }
    }
    return differences;
}

}  // namespace test
