#pragma once

#include <filesystem>
#include <loopingcall/config/diagnostic.hpp>
#include <loopingcall/config/option.hpp>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace loopingcall::config {

/// A value given by a flag on the command line.
struct FlagValue {
    std::string key;   ///< `group.name`
    std::string flag;  ///< as it was given: `-i`, `--interval`
    std::string text;
};

/// Where values come from. A flag beats every file, a later file an earlier one, and any of them
/// the default.
struct Sources {
    std::vector<std::filesystem::path> files = {};
    std::vector<FlagValue> flags = {};  ///< in the order given: the last one wins
    /// Whether unknown keys and sections are errors rather than warnings.
    bool strict = false;
};

/// The options of a program with their values.
///
///     const Config config = Config::load(table, {.files = {"agent.conf"}});
///     for (const Diagnostic& problem : config.diagnostics()) std::cerr << problem << '\n';
///     const auto retries = config.get<std::int64_t>("disk_partitioner.check_device_max_retries");
///
/// Loading never throws for what users write: every problem of all files and flags is told at once
/// by diagnostics(). An option whose value is wrong keeps its default.
///
/// @par Thread safety  immutable after load().
class Config {
  public:
    [[nodiscard]] static Config load(const OptionTable& table, const Sources& sources);

    [[nodiscard]] const std::vector<Diagnostic>& diagnostics() const { return diagnostics_; }
    [[nodiscard]] bool has_errors() const;

    /// The value of `group.name`, which was declared with the type that `T` is the value of.
    /// @throws std::out_of_range, std::bad_variant_access for a mistake of the program.
    template <class T>
    [[nodiscard]] T get(std::string_view key) const {
        return std::get<T>(value_of(key));
    }

    /// The same of an option that has no default: nothing if no source sets it.
    template <class T>
    [[nodiscard]] std::optional<T> get_optional(std::string_view key) const {
        const OptionValue& value = value_of(key);
        if (std::holds_alternative<std::monostate>(value)) return std::nullopt;
        return std::get<T>(value);
    }

  private:
    class Loader;
    Config() = default;
    [[nodiscard]] const OptionValue& value_of(std::string_view key) const;

    std::map<std::string, OptionValue, std::less<>> values_;
    std::vector<Diagnostic> diagnostics_;
};

}  // namespace loopingcall::config
