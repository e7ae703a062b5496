#include "describe_flags.hpp"

#include <boost/program_options/value_semantic.hpp>
#include <variant>

namespace loopingcall::config::detail {

namespace {

namespace po = boost::program_options;

/// What stands for the value of a flag in a help.
struct PlaceOfValue {
    std::string operator()(const IntegerType&) const { return "N"; }
    std::string operator()(const FloatType&) const { return "NUMBER"; }
    std::string operator()(const PortType&) const { return "PORT"; }
    std::string operator()(const BooleanType&) const { return ""; }
    std::string operator()(const DurationType&) const { return "DURATION"; }
    std::string operator()(const ChoiceType& type) const {
        std::string words;
        for (const std::string& choice : type.choices) words += (words.empty() ? "" : "|") + choice;
        return words;
    }
    std::string operator()(const TextType&) const { return "TEXT"; }
    std::string operator()(const ListType&) const { return "LIST"; }
    std::string operator()(const MultiType& type) const { return std::visit(*this, type.item); }
};

/// Adds the flag of an option, which takes a value unless that is a boolean.
void add_flag(po::options_description& into, const std::string& names, const Option& option,
              const std::string& help) {
    if (is_boolean(option)) {
        into.add_options()(names.c_str(), help.c_str());
        return;
    }
    const std::string place = std::visit(PlaceOfValue{}, option.type);
    into.add_options()(names.c_str(), po::value<std::string>()->value_name(place), help.c_str());
}

/// `interval,i`: by the alias, or oslo's name with the alias's letter.
std::string names_of(const Option& option) {
    const bool is_letter_alone = long_alias_of(option).empty();
    return is_letter_alone ? flag_of(option) + option.alias : option.alias;
}

}  // namespace

std::string short_negative_of(const Option& option) {
    const std::string alias = long_alias_of(option);
    return alias.empty() ? negative_flag_of(option) : "no-" + alias;
}

std::string old_flag_of(const Option& option, const DeprecatedName& old) {
    Option named = option;
    named.group = old.group.empty() ? "DEFAULT" : old.group;
    if (!old.name.empty()) named.name = old.name;
    return flag_of(named);
}

void describe_flags(const OptionTable& table, po::options_description& into) {
    for (const Option& option : table) {
        if (!option.cli) continue;
        std::string help = option.help;
        const bool has_default =
            option.default_value != no_default && !option.default_value.empty();
        if (has_default) help += " (default: " + option.default_value + ")";
        if (is_boolean(option)) help += "; the opposite: --" + short_negative_of(option);
        add_flag(into, names_of(option), option, help);
    }
}

void describe_other_flags(const OptionTable& table, po::options_description& into) {
    const auto add = [&](const std::string& flag, const Option& option) {
        if (into.find_nothrow(flag, false) == nullptr) add_flag(into, flag, option, "");
    };
    for (const Option& option : table) {
        if (!option.cli) continue;
        add(flag_of(option), option);
        if (is_boolean(option)) {
            add(negative_flag_of(option), option);
            add(short_negative_of(option), option);
        }
        for (const DeprecatedName& old : option.deprecated_names) {
            add(old_flag_of(option, old), option);
        }
    }
}

}  // namespace loopingcall::config::detail
