#include <algorithm>
#include <loopingcall/config/duration.hpp>
#include <loopingcall/config/ini.hpp>
#include <string>
#include <string_view>

#include "config/ini/ini_text.hpp"
#include "config/template.hpp"
#include "fuzz/must.hpp"
#include "fuzz/properties.hpp"

namespace test {

namespace {

using namespace loopingcall::config;

std::string_view text_of(const std::uint8_t* bytes, std::size_t size) {
    return {reinterpret_cast<const char*>(bytes), size};
}

void check_places(const IniFile& file, std::size_t lines) {
    for (const IniEntry& entry : file.entries) {
        must(entry.section < file.sections.size());
        must(!entry.key.empty() && entry.line >= 1 && entry.line <= lines);
        must(entry.key_column >= 1 && entry.value_column > entry.key_column);
    }
    for (const auto* problems : {&file.errors, &file.warnings}) {
        for (const Diagnostic& problem : *problems) must(problem.location.line <= lines);
    }
}

/// Dollar signs are doubled, as a reader of options would halve them again. A key like a section or
/// a comment can only follow a blank that does not indent the line.
std::string written_again(const IniFile& file) {
    std::string text;
    for (const IniEntry& entry : file.entries) {
        const bool needs_blank = entry.key.find_first_of("[#;") == 0;
        text += '[' + file.sections[entry.section] + "]\n" + (needs_blank ? "\v" : "") +
                detail::ini_assignment(entry.key, entry.value) + '\n';
    }
    return text;
}

}  // namespace

void check_ini(const std::uint8_t* bytes, std::size_t size) {
    const std::string_view text = text_of(bytes, size);
    const IniFile file = parse_ini(text, "a.conf");
    const auto ends = std::count_if(text.begin(), text.end(),
                                    [](char byte) { return byte == '\n' || byte == '\r'; });
    check_places(file, static_cast<std::size_t>(ends) + 1);
    if (!file.errors.empty()) return;
    const IniFile again = parse_ini(written_again(file), "a.conf");
    must(again.errors.empty() && again.entries.size() == file.entries.size());
    for (std::size_t i = 0; i < file.entries.size(); ++i) {
        must(again.entries[i].key == file.entries[i].key);
        must(again.entries[i].value == detail::escape_template(file.entries[i].value));
        must(again.sections[again.entries[i].section] == file.sections[file.entries[i].section]);
    }
}

void check_duration(const std::uint8_t* bytes, std::size_t size) {
    const std::string_view text = text_of(bytes, size);
    const auto duration = parse_duration(text);
    if (!duration) return;
    must(duration->count() >= 0);
    must(text.find_first_not_of("0123456789. \tacdehiklmnorstuwy\xc2\xb5\xce\xbc") ==
         std::string_view::npos);
    must(parse_duration(format_duration(*duration)) == duration);
}

}  // namespace test
