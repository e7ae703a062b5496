#include <algorithm>
#include <boost/program_options/errors.hpp>
#include <boost/program_options/parsers.hpp>
#include <loopingcall/config/command_line.hpp>
#include <map>
#include <utility>

#include "nearest.hpp"

namespace loopingcall::config {

namespace {

namespace po = boost::program_options;

std::string with_underscores(std::string_view name) {
    std::string folded(name);
    std::replace(folded.begin(), folded.end(), '-', '_');
    return folded;
}

/// The long name of a flag's short form: `interval` of `interval,i`.
std::string long_alias(const Option& option) {
    return option.alias.substr(0, option.alias.find(','));
}

/// Registered names of flags by their name with underscores.
using Spellings = std::map<std::string, std::string>;

Spellings spellings_of(const po::options_description& description) {
    Spellings spellings;
    for (const auto& option : description.options()) {
        spellings.emplace(with_underscores(option->long_name()), option->long_name());
    }
    return spellings;
}

/// `--check_device` and `--check-device` become the spelling that is registered.
std::string registered_spelling(const std::string& token, const Spellings& spellings) {
    if (!token.starts_with("--")) return token;
    const std::size_t end = std::min(token.find('='), token.size());
    const auto found = spellings.find(with_underscores(token.substr(2, end - 2)));
    return found == spellings.end() ? token : "--" + found->second + token.substr(end);
}

constexpr auto style = po::command_line_style::unix_style & ~po::command_line_style::allow_guessing;

/// The keys of the table's options by the names of their flags.
std::map<std::string, std::string> keys_by_flag(const OptionTable& table) {
    std::map<std::string, std::string> keys;
    for (const Option& option : table) {
        keys.emplace(flag_of(option), key_of(option));
        if (!option.alias.empty()) keys.emplace(long_alias(option), key_of(option));
    }
    return keys;
}

Diagnostic unknown_flag(const std::string& flag, const Spellings& spellings) {
    std::vector<std::string> names;
    for (const auto& [folded, name] : spellings) names.push_back("--" + name);
    const std::string near = flag.starts_with("--") ? detail::nearest(flag, names) : "";
    return {.key = flag,
            .code = "unknown_flag",
            .message = "there is no such flag" +
                       (near.empty() ? std::string() : "; did you mean " + near + "?")};
}

/// Splits what was parsed into the program's own flags, the options of the table and arguments.
class Sorter {
  public:
    Sorter(const OptionTable& table, const po::options_description& description,
           const Spellings& spellings, CommandLine& result)
        : keys_(keys_by_flag(table)), spellings_(spellings), own_(&description), result_(result) {}

    void sort(const po::parsed_options& parsed) {
        for (const po::option& option : parsed.options) {
            const auto key = keys_.find(option.string_key);
            if (option.unregistered) {
                result_.errors.push_back(unknown_flag(flag_as_given(option), spellings_));
            } else if (option.position_key >= 0) {
                result_.arguments.insert(result_.arguments.end(), option.value.begin(),
                                         option.value.end());
            } else if (key != keys_.end()) {
                result_.options.push_back(
                    {.key = key->second,
                     .flag = flag_as_given(option),
                     .text = option.value.empty() ? "" : option.value.front()});
            } else {
                own_.options.push_back(option);
            }
        }
        po::store(own_, result_.flags);
    }

  private:
    /// Without a value that was joined to it: `-i` of `-i5`, `--interval` of `--interval=5`.
    static std::string flag_as_given(const po::option& option) {
        const std::string token = option.original_tokens.front();
        return token.starts_with("--") ? token.substr(0, token.find('=')) : token.substr(0, 2);
    }

    std::map<std::string, std::string> keys_;
    const Spellings& spellings_;
    po::parsed_options own_;
    CommandLine& result_;
};

}  // namespace

void describe_flags(const OptionTable& table, po::options_description& into) {
    for (const Option& option : table) {
        const std::string help = option.help + " (default: " + option.default_value + ")";
        if (option.alias.empty()) {
            into.add_options()(flag_of(option).c_str(), po::value<std::string>(), help.c_str());
            continue;
        }
        into.add_options()(option.alias.c_str(), po::value<std::string>(), help.c_str());
        into.add_options()(flag_of(option).c_str(), po::value<std::string>(),
                           ("the same as --" + long_alias(option)).c_str());
    }
}

CommandLine parse_command_line(std::vector<std::string> arguments, const OptionTable& table,
                               const po::options_description& own_flags) {
    CommandLine result;
    const auto dashes = std::find(arguments.begin(), arguments.end(), "--");
    if (dashes != arguments.end()) result.rest.assign(std::next(dashes), arguments.end());
    arguments.erase(dashes, arguments.end());

    po::options_description all;
    all.add(own_flags);
    describe_flags(table, all);
    const Spellings spellings = spellings_of(all);
    for (std::string& token : arguments) token = registered_spelling(token, spellings);
    try {
        const auto parsed =
            po::command_line_parser(arguments).options(all).style(style).allow_unregistered().run();
        Sorter(table, all, spellings, result).sort(parsed);
    } catch (const po::error& error) {
        result.errors.push_back({.code = "usage", .message = error.what()});
    }
    return result;
}

}  // namespace loopingcall::config
