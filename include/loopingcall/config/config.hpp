#pragma once

#include <cstdint>
#include <loopingcall/config/diagnostic.hpp>
#include <loopingcall/config/option.hpp>
#include <loopingcall/config/setting.hpp>
#include <loopingcall/config/sources.hpp>
#include <loopingcall/export.hpp>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

namespace boost::program_options {
class variables_map;
}  // namespace boost::program_options

namespace loopingcall::config {

/// A value that has changed since the configuration was read before.
struct Change {
    std::string key;     ///< `group.name`
    std::string before;  ///< as show() shows it: a secret is not
    std::string after;
    /// False if the option is not declared mutable: it keeps its value until the program starts
    /// again.
    bool adopted = true;
};

/// What Config::reload() has done.
struct Reloaded {
    /// False if there was an error: all values then stay as they are.
    bool adopted = false;
    std::vector<Change> changes = {};
    std::vector<Diagnostic> diagnostics = {};
};

/// The options of a program with their values.
///
///     Config config = Config::load(table, {.files = {"agent.conf"}});
///     for (const Diagnostic& problem : config.diagnostics()) std::cerr << problem << '\n';
///     const auto retries = config.get<std::int64_t>("disk_partitioner.check_device_max_retries");
///
/// load() never throws because of user input; diagnostics() lists the problems of all files,
/// environment variables and flags. An option with an invalid value has its default. As in oslo,
/// only the value that takes effect is parsed: an overridden value may be invalid.
///
/// In a value, `$name` and `${name}` stand for the value of that option of the same group, or else
/// of DEFAULT; `${group.name}` for that of another group; `$$` for a dollar sign.
///
/// @par Thread safety  const members from any thread, unless reload() runs.
class LOOPINGCALL_EXPORT Config {
  public:
    /// @throws std::invalid_argument for a mistake of the program: a default that is none of its
    /// type's, or a value of `sources.defaults` or `overrides` for no option.
    [[nodiscard]] static Config load(OptionTable table, Sources sources);

    /// Reads the same sources again: checks everything, then adopts the values of mutable options,
    /// and lists what has changed. If there is an error, all values stay as they are.
    Reloaded reload();

    [[nodiscard]] const std::vector<Diagnostic>& diagnostics() const { return diagnostics_; }
    [[nodiscard]] bool has_errors() const;

    /// The value of `group.name`, which was declared with the type that `T` is the value of. Of a
    /// list or of several values, `T` is a vector of that.
    /// @throws std::out_of_range, std::bad_variant_access for a mistake of the program.
    template <class T>
    [[nodiscard]] T get(std::string_view key) const {
        return Get<T>::from(setting(key).value);
    }

    /// The same of an option that has no default: nothing if no source sets it.
    template <class T>
    [[nodiscard]] std::optional<T> get_optional(std::string_view key) const {
        if (std::holds_alternative<std::monostate>(setting(key).value)) return std::nullopt;
        return get<T>(key);
    }

    /// The value with its source, and the values that it overrides.
    /// @throws std::out_of_range if no such option is declared.
    [[nodiscard]] const Setting& setting(std::string_view key) const;

    [[nodiscard]] const OptionTable& table() const { return *table_; }

    /// All values in the form of Boost.Program_options, for programs that hand such a map around:
    /// by `group.name`, `defaulted()` if no source sets it, without those that have no value.
    [[nodiscard]] boost::program_options::variables_map variables() const;

  private:
    template <class T>
    struct Get {
        static T from(const OptionValue& value) { return std::get<T>(value); }
    };
    template <class T>
    struct Get<std::vector<T>> {
        static std::vector<T> from(const OptionValue& value) {
            std::vector<T> items;
            for (const Item& item : std::get<Items>(value)) items.push_back(std::get<T>(item));
            return items;
        }
    };

    Config() = default;

    std::shared_ptr<const OptionTable> table_;
    Sources sources_;
    std::map<std::string, Setting, std::less<>> settings_;
    std::vector<Diagnostic> diagnostics_;
};

}  // namespace loopingcall::config
