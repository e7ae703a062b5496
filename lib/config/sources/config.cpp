#include <algorithm>
#include <boost/program_options/variables_map.hpp>
#include <loopingcall/config/config.hpp>
#include <loopingcall/config/show.hpp>
#include <stdexcept>
#include <tuple>
#include <utility>

#include "collect.hpp"
#include "config/options/option_index.hpp"
#include "config/template.hpp"
#include "resolve.hpp"

namespace loopingcall::config {

namespace {

void check_defaults(const OptionTable& table) {
    for (const Option& option : table) {
        if (!detail::has_references(option.default_value)) (void)default_of(option);
    }
}

/// Those of one file by their place, and then what is about the whole file, such as the number of
/// errors that were left out; those of no file last.
void sort_by_place(std::vector<Diagnostic>& diagnostics) {
    std::map<std::string, std::size_t> files;
    for (const Diagnostic& one : diagnostics) files.emplace(one.location.file, files.size());
    files[""] = files.size();
    std::stable_sort(diagnostics.begin(), diagnostics.end(),
                     [&](const Diagnostic& one, const Diagnostic& other) {
                         const auto place = [&](const Diagnostic& it) {
                             return std::tuple(files[it.location.file], it.location.line == 0,
                                               it.location.line, it.location.column);
                         };
                         return place(one) < place(other);
                     });
}

}  // namespace

Config Config::load(OptionTable table, Sources sources) {
    check_defaults(table);
    Config config;
    config.table_ = std::make_shared<const OptionTable>(std::move(table));
    config.sources_ = std::move(sources);
    const detail::OptionIndex index(*config.table_);
    auto collected = detail::collect(*config.table_, index, config.sources_);
    auto resolved = detail::resolve(*config.table_, index, std::move(collected.candidates));
    config.diagnostics_ = std::move(collected.diagnostics);
    config.diagnostics_.insert(config.diagnostics_.end(), resolved.diagnostics.begin(),
                               resolved.diagnostics.end());
    sort_by_place(config.diagnostics_);
    for (std::size_t i = 0; i < config.table_->size(); ++i) {
        config.settings_.insert_or_assign(key_of((*config.table_)[i]),
                                          std::move(resolved.settings[i]));
    }
    return config;
}

Reloaded Config::reload() {
    Config read = load(*table_, sources_);
    Reloaded result{.adopted = !read.has_errors(), .diagnostics = read.diagnostics_};
    if (!result.adopted) return result;
    for (const Option& option : *table_) {
        const std::string key = key_of(option);
        Setting& before = settings_.at(key);
        Setting& after = read.settings_.at(key);
        if (before.value == after.value) {
            before = std::move(after);  // it may stand at another place
            continue;
        }
        result.changes.push_back({.key = key,
                                  .before = shown_value(option, before),
                                  .after = shown_value(option, after),
                                  .adopted = option.is_mutable});
        if (option.is_mutable) before = std::move(after);
    }
    diagnostics_ = std::move(read.diagnostics_);
    return result;
}

bool Config::has_errors() const {
    return std::any_of(diagnostics_.begin(), diagnostics_.end(), [](const Diagnostic& problem) {
        return problem.severity == Severity::error;
    });
}

const Setting& Config::setting(std::string_view key) const {
    const auto found = settings_.find(key);
    if (found == settings_.end()) {
        throw std::out_of_range("no option " + std::string(key) + " is declared");
    }
    return found->second;
}

boost::program_options::variables_map Config::variables() const {
    boost::program_options::variables_map map;
    for (const auto& [key, setting] : settings_) {
        if (std::holds_alternative<std::monostate>(setting.value)) continue;
        const bool defaulted = setting.origin.source == Source::default_value;
        std::visit(
            [&, &name = key](const auto& value) {
                map.emplace(name, boost::program_options::variable_value(value, defaulted));
            },
            setting.value);
    }
    return map;
}

}  // namespace loopingcall::config
