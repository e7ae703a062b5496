#include <loopingcall/config/manual.hpp>
#include <ostream>
#include <string>

#include "config/names.hpp"
#include "config/options/flag_names.hpp"

namespace loopingcall::config {

namespace {

/// As it stands, whatever roff makes of its characters otherwise.
std::string roff(std::string_view text) {
    std::string escaped;
    if (text.starts_with('.') || text.starts_with('\'')) escaped = "\\&";
    for (const char character : text) {
        if (character == '\\') {
            escaped += "\\e";
        } else {
            if (character == '-') escaped += '\\';
            escaped += character;
        }
    }
    return escaped;
}

std::string bold(std::string_view text) { return "\\fB" + roff(text) + "\\fR"; }

std::string italic(std::string_view text) { return "\\fI" + roff(text) + "\\fR"; }

/// What an error says that a value should be.
std::string accepted(const Option& option) {
    const std::string expected = parse_value(option.type, "\x7F").expected;
    return expected.empty() ? name_of(option.type) : expected;
}

void write_entry_of(const Option& option, std::ostream& stream) {
    stream << ".TP\n" << bold(option.name);
    if (option.default_value != no_default && !option.default_value.empty()) {
        stream << " = " << italic(option.default_value);
    }
    stream << '\n'
           << roff(detail::sentence(option.help)) << "\n.br\n"
           << roff(detail::sentence(accepted(option))) << '\n';
    if (option.is_mutable) stream << "It can be changed while the program runs.\n";
    stream << ".br\n";
    if (option.cli) {
        const std::string alias = long_alias_of(option);
        stream << "Also " << bold("--" + (alias.empty() ? flag_of(option) : alias)) << ", ";
    }
    stream << bold(variable_of(option)) << ".\n";
}

}  // namespace

void write_manual_of_flags(const boost::program_options::options_description& flags,
                           std::ostream& stream) {
    for (const detail::FlagNames& flag : detail::flag_names(flags)) {
        stream << ".TP\n";
        if (!flag.short_form.empty()) stream << bold(flag.short_form) << ", ";
        stream << bold(flag.long_form);
        if (!flag.place.empty()) stream << ' ' << italic(flag.place);
        stream << '\n' << roff(detail::sentence(flag.help)) << '\n';
    }
}

void write_manual_of_options(const OptionTable& table, std::ostream& stream) {
    for (const std::string& group : detail::groups_of(table)) {
        stream << ".SS " << roff('[' + group + ']') << '\n';
        for (const Option& option : table) {
            if (option.group == group) write_entry_of(option, stream);
        }
    }
}

}  // namespace loopingcall::config
