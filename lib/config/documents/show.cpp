#include <loopingcall/config/show.hpp>
#include <ostream>

#include "config/ini/ini_text.hpp"
#include "config/names.hpp"
#include "config/printable.hpp"

namespace loopingcall::config {

namespace {

bool has_value(const Setting& setting) {
    return !std::holds_alternative<std::monostate>(setting.value);
}

void show_origin(const Setting& setting, std::ostream& stream) {
    stream << "# " << to_string(setting.origin);
    for (const Overridden& beaten : setting.overridden) {
        stream << "; over " << to_string(beaten.origin);
        if (beaten.text.find('\n') != std::string::npos) continue;
        stream << " (" << (setting.secret ? masked : detail::printable(beaten.text)) << ')';
    }
    stream << '\n';
}

/// A file has no escapes: what a terminal would obey cannot both be shown and mean the same.
void show_value(const Option& option, const std::string& text, std::ostream& stream) {
    if (detail::can_command_terminal(text)) {
        stream << "# with control characters, which are escaped here:\n#" << option.name << " = "
               << detail::printable(text) << '\n';
    } else {
        stream << detail::ini_assignment(option.name, text) << '\n';
    }
}

void show_option(const Option& option, const Setting& setting, std::ostream& stream) {
    show_origin(setting, stream);
    if (!has_value(setting)) {
        stream << "# " << option.name << " is not set\n";
    } else if (setting.secret) {
        stream << '#' << option.name << " = " << masked << '\n';
    } else {
        for (const std::string& text : to_texts(option.type, setting.value)) {
            show_value(option, text, stream);
        }
    }
}

}  // namespace

std::string shown_value(const Option& option, const Setting& setting) {
    if (!has_value(setting)) return std::string(no_default);
    if (setting.secret) return masked;
    std::string shown;
    for (const std::string& text : to_texts(option.type, setting.value)) {
        shown += (shown.empty() ? "" : ", ") + text;
    }
    return shown;
}

void show(const Config& config, std::ostream& stream) {
    const auto groups = detail::groups_of(config.table());
    for (const std::string& group : groups) {
        stream << (&group == &groups.front() ? "" : "\n") << '[' << group << "]\n";
        for (const Option& option : config.table()) {
            if (option.group == group) show_option(option, config.setting(key_of(option)), stream);
        }
    }
}

}  // namespace loopingcall::config
