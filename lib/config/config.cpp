#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <loopingcall/config/config.hpp>
#include <loopingcall/config/ini.hpp>
#include <optional>
#include <set>
#include <sstream>
#include <stdexcept>

#include "nearest.hpp"

namespace loopingcall::config {

namespace {

/// oslo compares sections in lower case, except that DEFAULT must be upper case.
std::string folded_section(const std::string& section) {
    if (section == "DEFAULT") return section;
    std::string folded = section;
    for (char& character : folded) {
        if (character >= 'A' && character <= 'Z') character = static_cast<char>(character + 32);
    }
    return folded == "default" ? "[default]" : folded;
}

/// A key may be written with hyphens, as flags are.
std::string folded_key(std::string key) {
    std::replace(key.begin(), key.end(), '-', '_');
    return key;
}

std::optional<std::string> read_file(const std::filesystem::path& path, std::string& error) {
    if (std::filesystem::is_directory(path)) {
        error = "is a directory, not a configuration file";
        return std::nullopt;
    }
    std::ifstream stream(path, std::ios::binary);
    if (!stream) {
        error = "cannot be opened: " + std::string(std::strerror(errno));
        return std::nullopt;
    }
    std::ostringstream text;
    text << stream.rdbuf();
    return text.str();
}

}  // namespace

/// Fills a Config: lowest source first, so that what comes later replaces it.
class Config::Loader {
  public:
    Loader(const OptionTable& table, const Sources& sources, Config& config)
        : table_(table), sources_(sources), config_(config) {
        for (const Option& option : table_) {
            groups_.insert(option.group);
            config_.values_[key_of(option)];
            if (option.default_value == no_default) continue;
            auto parsed = parse_value(option.type, option.default_value);
            if (!parsed.error.empty()) {
                throw std::invalid_argument("the default of " + key_of(option) + ": " +
                                            parsed.error);
            }
            config_.values_.insert_or_assign(key_of(option), parsed.value);
        }
    }

    void load() {
        for (const auto& file : sources_.files) load_file(file);
        for (const FlagValue& flag : sources_.flags) {
            if (const Option* option = find(flag.key)) {
                set(*option, flag.text, {.key = flag.flag});
            }
        }
    }

  private:
    void load_file(const std::filesystem::path& path) {
        std::string error;
        const auto text = read_file(path, error);
        if (!text) {
            return report(
                {.location = {path.string()}, .code = "unreadable_file", .message = error});
        }
        IniFile ini = parse_ini(*text, path.string());
        for (Diagnostic& problem : ini.errors) report(std::move(problem));
        for (const std::string& section : ini.sections) check_section(section, ini);
        for (const IniEntry& entry : ini.entries) load_entry(entry);
    }

    void load_entry(const IniEntry& entry) {
        const std::string group = folded_section(entry.section);
        const std::string key = group + '.' + folded_key(entry.key);
        if (const Option* option = find(key)) {
            set(*option, entry.value, {.location = entry.value_location, .key = entry.key});
        } else if (groups_.contains(group)) {
            report({.severity = unknown_severity(),
                    .location = entry.key_location,
                    .key = entry.key,
                    .code = "unknown_option",
                    .message = "there is no such option in [" + group + "]" +
                               did_you_mean(entry.key, names_in(group))});
        }
    }

    /// Files are shared with other programs, whose sections are none of our business, unless one
    /// looks like a section of ours, misspelt.
    void check_section(const std::string& section, const IniFile& ini) {
        if (groups_.contains(folded_section(section)) || section == "DEFAULT") return;
        const std::string hint =
            did_you_mean(section, std::vector<std::string>(groups_.begin(), groups_.end()));
        if (hint.empty() && !sources_.strict) return;
        const auto first =
            std::find_if(ini.entries.begin(), ini.entries.end(),
                         [&](const IniEntry& entry) { return entry.section == section; });
        if (first == ini.entries.end()) return;
        report({.severity = unknown_severity(),
                .location = first->key_location,
                .key = first->key,
                .code = "unknown_section",
                .message = "there is no section [" + section + "]" + hint});
    }

    void set(const Option& option, const std::string& text, Diagnostic place) {
        ParsedValue parsed = parse_value(option.type, text);
        if (parsed.error.empty()) {
            config_.values_.insert_or_assign(key_of(option), parsed.value);
        } else {
            place.code = "bad_value";
            place.message = std::move(parsed.error);
            report(std::move(place));
        }
    }

    [[nodiscard]] const Option* find(const std::string& key) const {
        const auto found = std::find_if(table_.begin(), table_.end(), [&](const Option& option) {
            return key_of(option) == key;
        });
        return found == table_.end() ? nullptr : &*found;
    }

    [[nodiscard]] std::vector<std::string> names_in(const std::string& group) const {
        std::vector<std::string> names;
        for (const Option& option : table_) {
            if (option.group == group) names.push_back(option.name);
        }
        return names;
    }

    [[nodiscard]] static std::string did_you_mean(const std::string& text,
                                                  const std::vector<std::string>& names) {
        const std::string name = detail::nearest(text, names);
        return name.empty() ? std::string() : "; did you mean " + name + "?";
    }

    [[nodiscard]] Severity unknown_severity() const {
        return sources_.strict ? Severity::error : Severity::warning;
    }

    void report(Diagnostic diagnostic) { config_.diagnostics_.push_back(std::move(diagnostic)); }

    const OptionTable& table_;
    const Sources& sources_;
    Config& config_;
    std::set<std::string> groups_;
};

Config Config::load(const OptionTable& table, const Sources& sources) {
    Config config;
    Loader(table, sources, config).load();
    return config;
}

bool Config::has_errors() const {
    return std::any_of(diagnostics_.begin(), diagnostics_.end(), [](const Diagnostic& problem) {
        return problem.severity == Severity::error;
    });
}

const OptionValue& Config::value_of(std::string_view key) const {
    const auto found = values_.find(key);
    if (found == values_.end()) {
        throw std::out_of_range("no option " + std::string(key) + " is declared");
    }
    return found->second;
}

}  // namespace loopingcall::config
