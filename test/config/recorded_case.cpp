#include "recorded_case.hpp"

#include <boost/json.hpp>
#include <boost/program_options/options_description.hpp>
#include <fstream>
#include <loopingcall/config/command_line.hpp>
#include <map>
#include <optional>
#include <set>

#include "option_table.hpp"
#include "string_of.hpp"

namespace test {

namespace {

namespace config = loopingcall::config;
namespace fs = std::filesystem;
namespace json = boost::json;
namespace po = boost::program_options;

std::string from_base64(std::string_view text) {
    static const std::string alphabet =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string bytes;
    unsigned bits = 0;
    int count = 0;
    for (const char character : text) {
        const std::size_t digit = alphabet.find(character);
        if (digit == std::string::npos) break;
        bits = (bits << 6U) | static_cast<unsigned>(digit);
        if ((count += 6) < 8) continue;
        count -= 8;
        bytes += static_cast<char>((bits >> static_cast<unsigned>(count)) & 0xFFU);
    }
    return bytes;
}

std::string string_at(const json::object& object, const char* key) {
    const auto* const value = object.if_contains(key);
    return value != nullptr && value->is_string() ? string_of(*value) : std::string();
}

bool flag_at(const json::object& object, const char* key) {
    const auto* const value = object.if_contains(key);
    return value != nullptr && value->is_bool() && value->as_bool();
}

/// As it would stand in a file.
std::string text_of(const json::value& value, const char* separator) {
    if (value.is_string()) return string_of(value);
    if (!value.is_array()) return json::serialize(value);
    std::string text;
    for (const json::value& item : value.as_array()) {
        text += (text.empty() ? "" : separator) + text_of(item, separator);
    }
    return text;
}

template <class Number>
void take_bounds(const json::object& option, Number& minimum, Number& maximum) {
    if (const auto* const value = option.if_contains("min")) minimum = value->to_number<Number>();
    if (const auto* const value = option.if_contains("max")) maximum = value->to_number<Number>();
}

config::ItemType item_type_of(const json::object& option, const std::string& type) {
    if (const auto* const choices = option.if_contains("choices")) {
        return config::ChoiceType{json::value_to<std::vector<std::string>>(*choices),
                                  flag_at(option, "ignore_case")};
    }
    if (type == "int") {
        config::IntegerType integer;
        take_bounds(option, integer.minimum, integer.maximum);
        return integer;
    }
    if (type == "float") {
        config::FloatType number;
        take_bounds(option, number.minimum, number.maximum);
        return number;
    }
    if (type == "bool") return config::BooleanType{};
    if (type == "port") return config::PortType{};
    config::TextType text;
    if (const auto* const length = option.if_contains("max_length")) {
        text.maximum_length = length->to_number<std::size_t>();
    }
    return text;
}

template <class To>
To widened(const config::ItemType& type) {
    return std::visit([](const auto& one) -> To { return one; }, type);
}

config::OptionType type_of(const json::object& option) {
    const std::string type = string_at(option, "type");
    if (type == "list") {
        const auto* const item = option.if_contains("item");
        if (item == nullptr) return config::ListType{};
        return config::ListType{
            item_type_of(item->as_object(), string_at(item->as_object(), "type"))};
    }
    if (type.starts_with("multi")) return config::MultiType{item_type_of(option, type.substr(5))};
    return widened<config::OptionType>(item_type_of(option, type));
}

std::vector<config::DeprecatedName> deprecated_names_of(const json::object& option) {
    std::vector<config::DeprecatedName> names;
    const config::DeprecatedName one{string_at(option, "deprecated_name"),
                                     string_at(option, "deprecated_group")};
    if (!one.name.empty() || !one.group.empty()) names.push_back(one);
    if (const auto* const more = option.if_contains("deprecated_opts")) {
        for (const json::value& old : more->as_array()) {
            names.push_back(
                {string_at(old.as_object(), "name"), string_at(old.as_object(), "group")});
        }
    }
    return names;
}

config::Option option_of(const json::object& json) {
    const std::string destination = string_at(json, "dest");
    config::Option option{
        .group = string_at(json, "group"),
        .name = destination.empty() ? string_at(json, "name") : destination,
        .type = type_of(json),
        .alias = json.contains("short") ? "," + string_at(json, "short") : "",
        .cli = flag_at(json, "cli"),
        .required = flag_at(json, "required"),
        .secret = flag_at(json, "secret"),
        .is_mutable = flag_at(json, "mutable"),
        .deprecated_names = deprecated_names_of(json),
        .deprecated_for_removal = flag_at(json, "deprecated_for_removal"),
        .deprecated_reason = string_at(json, "deprecated_reason"),
    };
    const auto* const value = json.if_contains("default");
    const bool several = std::holds_alternative<config::MultiType>(option.type);
    if (value != nullptr && !value->is_null()) {
        option.default_value = text_of(*value, several ? "\n" : ",");
    }
    // Of those that diskwait has, the type is that of its table: it reads fractions of a second.
    for (const config::Option& ours : diskwait::option_table()) {
        if (key_of(ours) == key_of(option)) option.type = ours.type;
    }
    return option;
}

/// What there is to know of one run, with `@DIR@` put in.
class Layout {
  public:
    Layout(const json::object& json, fs::path directory)
        : json_(json), directory_(std::move(directory)) {}

    [[nodiscard]] std::string placed(std::string text) const {
        static const std::string mark = "@DIR@";
        for (auto at = text.find(mark); at != std::string::npos; at = text.find(mark)) {
            text.replace(at, mark.size(), directory_.native());
        }
        return text;
    }

    void write(const std::string& path, const std::string& text) const {
        fs::create_directories((directory_ / path).parent_path());
        std::ofstream(directory_ / path, std::ios::binary) << text;
    }

    void write_files(const char* member) const {
        const auto* const files = json_.if_contains(member);
        if (files == nullptr) return;
        for (const auto& file : files->as_object()) write(file.key(), string_of(file.value()));
    }

    [[nodiscard]] std::vector<std::string> texts_at(const char* member) const {
        std::vector<std::string> texts;
        if (const auto* const values = json_.if_contains(member)) {
            for (const json::value& value : values->as_array()) {
                texts.push_back(placed(string_of(value)));
            }
        }
        return texts;
    }

    [[nodiscard]] std::vector<std::string> arguments() const {
        if (json_.contains("args")) return texts_at("args");
        for (const char* const other : {"default_files", "default_dirs", "search"}) {
            if (json_.contains(other)) return {};
        }
        return {"--config-file", placed("@DIR@/a.conf")};
    }

    [[nodiscard]] std::map<std::string, std::string> environment() const {
        std::map<std::string, std::string> variables{{"HOME", placed("@DIR@/home")}};
        if (const auto* const given = json_.if_contains("env")) {
            for (const auto& one : given->as_object()) {
                variables[one.key()] = placed(string_of(one.value()));
            }
        }
        return variables;
    }

    [[nodiscard]] std::map<std::string, std::string> set_in_code(const char* member) const {
        std::map<std::string, std::string> texts;
        if (const auto* const values = json_.if_contains(member)) {
            for (const json::value& value : values->as_array()) {
                const json::object& one = value.as_object();
                texts[string_at(one, "group") + '.' + string_at(one, "name")] =
                    text_of(one.at("value"), ",");
            }
        }
        return texts;
    }

  private:
    const json::object& json_;
    fs::path directory_;
};

config::Sources sources_of(const Layout& layout, const config::CommandLine& line, bool search) {
    using config::FileSource;
    const auto given = layout.environment();
    const config::Environment environment = [given](const char* name) -> const char* {
        const auto found = given.find(name);
        return found == given.end() ? nullptr : found->second.c_str();
    };
    config::CommandLine named = line;
    if (!search) {
        po::variable_value yes(std::string("yes"), false);
        named.flags.emplace("no-default-config", yes);
    }
    auto sources = config::sources_of(named, "zzproj", "zzprog", environment);
    const bool names_file =
        !line.files.empty() && line.files.front().kind == FileSource::Kind::file;
    std::vector<FileSource> defaults;
    for (const std::string& file : layout.texts_at("default_files")) {
        if (!names_file) defaults.emplace_back(file);
    }
    for (const std::string& dir : layout.texts_at("default_dirs")) {
        defaults.emplace_back(dir, FileSource::Kind::directory, true);
    }
    sources.files.insert(sources.files.begin(), defaults.begin(), defaults.end());
    sources.defaults = layout.set_in_code("set_default");
    sources.overrides = layout.set_in_code("set_override");
    return sources;
}

}  // namespace

std::string RecordedCase::name() const { return string_at(json_, "name"); }

bool RecordedCase::is_supported() const {
    static const std::set<std::string> types{"str",  "int",  "float",    "bool",
                                             "list", "port", "multistr", "multiint"};
    for (const json::value& value : json_.at("options").as_array()) {
        const json::object& option = value.as_object();
        if (!types.contains(string_at(option, "type"))) return false;
        for (const char* const keyword : {"regex", "bounds", "quotes"}) {
            if (option.contains(keyword)) return false;
        }
        const auto* const item = option.if_contains("item");
        if (item != nullptr && item->as_object().contains("quotes")) return false;
    }
    return true;
}

std::string RecordedCase::ini_text() const {
    if (json_.contains("ini_base64")) return from_base64(string_at(json_, "ini_base64"));
    if (json_.contains("ini")) return string_at(json_, "ini");
    const auto* const files = json_.if_contains("files");
    const bool has_one = files != nullptr && files->as_object().contains("a.conf");
    return has_one ? string_at(files->as_object(), "a.conf") : std::string();
}

CaseOutcome RecordedCase::run(const fs::path& directory, bool strict) const {
    const Layout layout(json_, directory);
    if (json_.contains("ini") || json_.contains("ini_base64")) layout.write("a.conf", ini_text());
    layout.write_files("files");
    fs::create_directories(directory / "home");
    fs::current_path(directory);

    CaseOutcome outcome;
    for (const json::value& option : json_.at("options").as_array()) {
        outcome.table.push_back(option_of(option.as_object()));
    }
    po::options_description own;
    config::describe_file_flags(own);
    const auto line = config::parse_command_line(layout.arguments(), outcome.table, own);
    outcome.diagnostics = line.errors;
    for (const std::string& argument : line.arguments) {
        outcome.diagnostics.push_back(
            {.key = argument, .code = "usage", .message = "no argument is expected"});
    }
    auto sources = sources_of(layout, line, flag_at(json_, "search"));
    sources.strict = strict || flag_at(json_, "strict");
    outcome.config = config::Config::load(outcome.table, std::move(sources));
    const auto& problems = outcome.config->diagnostics();
    outcome.diagnostics.insert(outcome.diagnostics.end(), problems.begin(), problems.end());
    if (json_.contains("after")) {
        layout.write_files("after");
        outcome.before_reload = outcome.config;
        outcome.reloaded = outcome.config->reload();
    }
    return outcome;
}

}  // namespace test
