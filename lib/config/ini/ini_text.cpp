#include "ini_text.hpp"

#include <vector>

#include "config/names.hpp"
#include "config/template.hpp"

namespace loopingcall::config::detail {

namespace {

bool is_blank(char character) { return blanks.find(character) != std::string_view::npos; }

bool needs_quotes(std::string_view line) {
    if (line.empty()) return false;
    const bool is_quoted =
        line.front() == line.back() && (line.front() == '"' || line.front() == '\'');
    const bool has_hash =
        line.find(" #") != std::string_view::npos || line.find("\t#") != std::string_view::npos;
    return is_quoted || has_hash || is_blank(line.front()) || is_blank(line.back());
}

}  // namespace

std::string ini_assignment(std::string_view key, std::string_view value) {
    const std::vector<std::string> lines = lines_of(escape_template(value));
    std::string text(key);
    text += " =";
    if (!lines.front().empty()) text += ' ';
    text += needs_quotes(lines.front()) ? '"' + lines.front() + '"' : lines.front();
    for (std::size_t i = 1; i < lines.size(); ++i) text += "\n    " + lines[i];
    return text;
}

}  // namespace loopingcall::config::detail
