#include <limits>
#include <loopingcall/config/duration.hpp>
#include <loopingcall/config/sample.hpp>
#include <ostream>
#include <sstream>

#include "config/names.hpp"

namespace loopingcall::config {

namespace {

constexpr std::size_t widest = 79;

/// A comment, in lines that fit.
void write_comment(const std::string& text, std::ostream& stream) {
    std::istringstream words(text);
    std::string line = "#";
    for (std::string word; words >> word;) {
        if (line.size() + 1 + word.size() > widest && line != "#") {
            stream << line << '\n';
            line = "#";
        }
        line += ' ' + word;
    }
    stream << line << '\n';
}

/// The lines on what a type accepts.
struct WriteBounds {
    std::ostream& stream;

    template <class Number>
    void write(Number minimum, Number maximum) const {
        using Limits = std::numeric_limits<Number>;
        if (minimum != Limits::lowest()) stream << "# Minimum value: " << minimum << '\n';
        if (maximum != Limits::max()) stream << "# Maximum value: " << maximum << '\n';
    }

    void operator()(const IntegerType& type) const { write(type.minimum, type.maximum); }
    void operator()(const FloatType& type) const { write(type.minimum, type.maximum); }
    void operator()(const PortType&) const { write<std::int64_t>(0, 65535); }
    void operator()(const BooleanType&) const {}
    void operator()(const DurationType& type) const {
        if (type.minimum.count() == 0) return;
        stream << "# Minimum value: " << format_duration(type.minimum) << '\n';
    }
    void operator()(const ChoiceType& type) const {
        std::string words;
        for (const std::string& choice : type.choices)
            words += (words.empty() ? "" : ", ") + choice;
        write_comment("Possible values: " + words, stream);
    }
    void operator()(const TextType& type) const {
        if (type.maximum_length == 0) return;
        stream << "# Maximum length: " << type.maximum_length << '\n';
    }
    void operator()(const ListType& type) const { std::visit(*this, type.item); }
    void operator()(const MultiType& type) const { std::visit(*this, type.item); }
};

void write_deprecation(const Option& option, std::ostream& stream) {
    for (const DeprecatedName& old : option.deprecated_names) {
        stream << "# Deprecated group/name - [" << (old.group.empty() ? option.group : old.group)
               << "]/" << (old.name.empty() ? option.name : old.name) << '\n';
    }
    if (!option.deprecated_for_removal) return;
    stream << "# This option is deprecated for removal.\n"
              "# Its value may be ignored in the future.\n";
    if (!option.deprecated_reason.empty()) {
        write_comment("Reason: " + option.deprecated_reason, stream);
    }
}

void write_option(const Option& option, std::ostream& stream) {
    stream << '\n';
    const std::string help = detail::sentence(option.help);
    write_comment(help + (help.empty() ? "(" : " (") + name_of(option.type) + ')', stream);
    std::visit(WriteBounds{stream}, option.type);
    if (option.is_mutable) stream << "# Note: This option can be changed without restarting.\n";
    write_deprecation(option, stream);
    if (option.default_value == no_default) {
        stream << "# " << option.name << " is not set by default\n";
        return;
    }
    std::istringstream lines(option.default_value + '\n');
    for (std::string line; std::getline(lines, line);) {
        stream << '#' << option.name << " =" << (line.empty() ? "" : " ") << line << '\n';
    }
}

}  // namespace

void write_sample(const OptionTable& table, const std::string& program, std::ostream& stream) {
    const auto groups = detail::groups_of(table);
    for (const std::string& group : groups) {
        stream << (&group == &groups.front() ? "" : "\n") << '[' << group << "]\n\n#\n# From "
               << program << "\n#\n";
        for (const Option& option : table) {
            if (option.group == group) write_option(option, stream);
        }
    }
}

}  // namespace loopingcall::config
