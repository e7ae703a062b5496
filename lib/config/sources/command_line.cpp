#include <algorithm>
#include <boost/program_options/errors.hpp>
#include <boost/program_options/parsers.hpp>
#include <loopingcall/config/command_line.hpp>
#include <map>
#include <utility>

#include "config/nearest.hpp"
#include "config/options/describe_flags.hpp"

namespace loopingcall::config {

namespace {

namespace po = boost::program_options;
using detail::describe_flags;
using detail::describe_other_flags;
using detail::is_boolean;
using detail::old_flag_of;
using detail::short_negative_of;

std::string with_underscores(std::string_view name) {
    std::string folded(name);
    std::replace(folded.begin(), folded.end(), '-', '_');
    return folded;
}

/// What a flag does when it is given.
struct Meaning {
    std::string key;
    /// The value of a flag that takes none.
    std::string text = {};
    bool is_deprecated = false;
};

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

constexpr const char* config_file = "config-file";
constexpr const char* config_dir = "config-dir";
constexpr const char* no_default_config = "no-default-config";

constexpr auto style = po::command_line_style::unix_style & ~po::command_line_style::allow_guessing;

/// What the flags of the table's options mean, by their names.
std::map<std::string, Meaning> meanings_of(const OptionTable& table) {
    std::map<std::string, Meaning> meanings;
    for (const Option& option : table) {
        if (!option.cli) continue;
        const std::string on = is_boolean(option) ? "true" : "";
        const std::string key = key_of(option);
        const std::string alias = long_alias_of(option);
        meanings.emplace(flag_of(option), Meaning{key, on});
        if (!alias.empty()) meanings.emplace(alias, Meaning{key, on});
        for (const DeprecatedName& old : option.deprecated_names) {
            meanings.emplace(old_flag_of(option, old), Meaning{key, on, true});
        }
        if (!is_boolean(option)) continue;
        meanings.emplace(negative_flag_of(option), Meaning{key, "false"});
        meanings.emplace(short_negative_of(option), Meaning{key, "false"});
    }
    return meanings;
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
        : meanings_(meanings_of(table)),
          spellings_(spellings),
          own_(&description),
          result_(result) {}

    void sort(const po::parsed_options& parsed) {
        for (const po::option& option : parsed.options) {
            const auto meaning = meanings_.find(option.string_key);
            if (option.unregistered) {
                result_.errors.push_back(unknown_flag(flag_as_given(option), spellings_));
            } else if (option.position_key >= 0) {
                result_.arguments.insert(result_.arguments.end(), option.value.begin(),
                                         option.value.end());
            } else if (meaning != meanings_.end()) {
                result_.options.push_back(value_of(option, meaning->second));
            } else {
                take_file(option);
                own_.options.push_back(option);
            }
        }
        po::store(own_, result_.flags);
    }

  private:
    static FlagValue value_of(const po::option& option, const Meaning& meaning) {
        return {.key = meaning.key,
                .flag = flag_as_given(option),
                .text = option.value.empty() ? meaning.text : option.value.front(),
                .is_deprecated = meaning.is_deprecated};
    }

    void take_file(const po::option& option) {
        using Kind = FileSource::Kind;
        if (option.value.empty()) return;
        const std::string& path = option.value.front();
        const bool is_dir = option.string_key == config_dir;
        if (!is_dir && option.string_key != config_file) return;
        result_.files.emplace_back(path, is_dir ? Kind::directory : Kind::file).flags_before =
            result_.options.size();
    }

    /// Without a value that was joined to it: `-i` of `-i5`, `--interval` of `--interval=5`. Of
    /// letters that stand together, as in `-qi5`, the last one has the token, and the others none.
    static std::string flag_as_given(const po::option& option) {
        if (option.original_tokens.empty()) return "--" + option.string_key;
        const std::string token = option.original_tokens.front();
        if (token.starts_with("--")) return token.substr(0, token.find('='));
        if (option.unregistered) return token.substr(0, 2);
        const bool is_joined = option.original_tokens.size() == 1 && !option.value.empty();
        const std::size_t value = is_joined ? option.value.front().size() : 0;
        return {'-', token[token.size() - value - 1]};
    }

    std::map<std::string, Meaning> meanings_;
    const Spellings& spellings_;
    po::parsed_options own_;
    CommandLine& result_;
};

}  // namespace

po::options_description all_flags(const OptionTable& table, const po::options_description& own) {
    po::options_description flags("Options");
    describe_flags(table, flags);
    for (const auto& flag : own.options()) flags.add(flag);
    return flags;
}

void describe_file_flags(po::options_description& into) {
    using Paths = std::vector<std::string>;
    into.add_options()  //
        (config_file, po::value<Paths>()->value_name("PATH"),
         "read options from a file; may be repeated, and a later file overrides an earlier one")  //
        (config_dir, po::value<Paths>()->value_name("DIR"),
         "read options from all *.conf in a directory; may be repeated")  //
        (no_default_config, "read no files except those that --config-file and --config-dir name");
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
    describe_other_flags(table, all);
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

Sources sources_of(const CommandLine& line, const std::string& project, const std::string& program,
                   Environment environment) {
    using Kind = FileSource::Kind;
    Sources sources{.environment = std::move(environment), .flags = line.options};
    const auto names = [&](Kind kind) {
        return std::any_of(line.files.begin(), line.files.end(),
                           [&](const FileSource& one) { return one.kind == kind; });
    };
    const auto add = [&](const std::vector<FileSource>& files) {
        sources.files.insert(sources.files.end(), files.begin(), files.end());
    };
    if (line.flags.count(no_default_config) == 0) {
        if (!names(Kind::file)) add(find_config_files(project, program, sources.environment));
        if (!names(Kind::directory)) add(find_config_dirs(project, program, sources.environment));
    }
    add(line.files);
    return sources;
}

}  // namespace loopingcall::config
