#include <algorithm>
#include <iomanip>
#include <loopingcall/config/ini.hpp>
#include <optional>
#include <sstream>
#include <unordered_map>
#include <utility>

#include "config/utf8.hpp"
#include "ini_text.hpp"

namespace loopingcall::config {

namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

using detail::blanks;

std::string_view without_trailing_blanks(std::string_view text) {
    const std::size_t last = text.find_last_not_of(blanks);
    return text.substr(0, last == std::string_view::npos ? 0 : last + 1);
}

std::string_view without_leading_blanks(std::string_view text) {
    return text.substr(std::min(text.find_first_not_of(blanks), text.size()));
}

std::string_view trimmed(std::string_view text) {
    return without_leading_blanks(without_trailing_blanks(text));
}

/// A lone `"` is a pair with itself and becomes empty, as in oslo.
std::string_view unquoted(std::string_view value) {
    if (value.empty() || value.front() != value.back()) return value;
    if (value.front() != '"' && value.front() != '\'') return value;
    return value.size() == 1 ? std::string_view{} : value.substr(1, value.size() - 2);
}

/// Takes a line that ends with \n, \r\n or a lone \r, or with the text.
std::string_view take_line(std::string_view& text) {
    const std::size_t end = text.find_first_of("\r\n");
    const std::string_view line = text.substr(0, end);
    if (end == std::string_view::npos) {
        text = {};
    } else {
        text.remove_prefix(text.substr(end).starts_with("\r\n") ? end + 2 : end + 1);
    }
    return line;
}

bool looks_like_an_assignment(std::string_view text) {
    const std::size_t separator = text.find('=');
    const std::string_view name = trimmed(text.substr(0, separator));
    constexpr std::string_view allowed =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
    return separator != std::string_view::npos && !name.empty() &&
           name.find_first_not_of(allowed) == std::string_view::npos;
}

/// Reads line after line; the value that is being continued is the last entry while `open_`.
class Reader {
  public:
    explicit Reader(std::string file) { result_.name = std::move(file); }

    IniFile read(std::string_view text) {
        if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
        while (!text.empty()) {
            ++line_number_;
            line_ = take_line(text);
            if (const auto bad = detail::first_bad_byte(line_)) {
                open_ = false;
                bad_byte(*bad);
            } else {
                read_line(without_trailing_blanks(line_));
            }
        }
        if (left_out_ > 0) {
            result_.errors.push_back({.location = {result_.name},
                                      .code = "syntax",
                                      .message = "and " + std::to_string(left_out_) +
                                                 " more lines are wrong; is this an ini file?"});
        }
        return std::move(result_);
    }

  private:
    void read_line(std::string_view line) {
        if (line.empty()) {
            open_ = false;
        } else if (line.front() == ' ' || line.front() == '\t') {
            continue_value(line);
        } else {
            open_ = false;
            if (line.front() == '[') {
                begin_section(line);
            } else if (line.front() != '#' && line.front() != ';') {
                assign(line);
            }
        }
    }

    void continue_value(std::string_view line) {
        const std::string_view text = without_leading_blanks(line);
        if (!open_) {
            return error(text, "unexpected_continuation",
                         "an indented line continues a value, and there is none here: begin it in "
                         "the first column, or with # for a comment");
        }
        result_.entries.back().value.append("\n").append(text);
        if (text.front() == '#' || text.front() == ';' || text.front() == '[' ||
            looks_like_an_assignment(text)) {
            warning(text, "suspicious_continuation",
                    "an indented line continues the value of " + result_.entries.back().key +
                        "; if that is not what is meant, begin it in the first column");
        }
    }

    void begin_section(std::string_view line) {
        if (!line.ends_with(']')) {
            return error(line, "bad_section",
                         "a section must end with ] on its line, with nothing after it");
        }
        const std::string_view name = line.substr(1, line.size() - 2);
        if (name.empty()) {
            return error(line, "empty_section", "a section needs a name between [ and ]");
        }
        if (name.find(']') != std::string_view::npos) {
            warning(line, "suspicious_section",
                    "all up to the last ] is the name of the section; a comment needs a line of "
                    "its own");
        }
        const auto [place, is_new] = seen_.emplace(name, result_.sections.size());
        if (is_new) {
            result_.sections.emplace_back(name);
            result_.section_lines.push_back(line_number_);
        }
        section_ = place->second;
    }

    void assign(std::string_view line) {
        const std::size_t separator = line.find_first_of(":=");
        if (separator == std::string_view::npos) {
            return error(line, "bad_assignment", "expected key = value, [section], or # comment");
        }
        const std::string_view key = trimmed(line.substr(0, separator));
        if (key.empty()) {
            return error(line, "empty_key",
                         "there is no key before the " + std::string(line.substr(separator, 1)));
        }
        if (!section_) {
            return error(line, "no_section", "an assignment must stand below a [section]");
        }
        const std::string_view value = trimmed(line.substr(separator + 1));
        result_.entries.push_back({.section = *section_,
                                   .key = std::string(key),
                                   .value = std::string(unquoted(value)),
                                   .quote = unquoted(value) == value ? '\0' : value.front(),
                                   .line = line_number_,
                                   .key_column = column_of(key),
                                   .value_column = column_of(value)});
        open_ = true;
    }

    void bad_byte(std::size_t at) {
        std::ostringstream message;
        message << "byte 0x" << std::hex << std::setw(2) << std::setfill('0')
                << static_cast<unsigned>(static_cast<unsigned char>(line_[at]))
                << " is not allowed here: the file must be UTF-8 without NUL";
        error(line_.substr(at), "bad_encoding", message.str());
    }

    /// `part` must be a part of the current line. An empty one stands at the line's end.
    [[nodiscard]] std::size_t column_of(std::string_view part) const {
        if (part.empty()) return without_trailing_blanks(line_).size() + 1;
        return static_cast<std::size_t>(part.data() - line_.data()) + 1;
    }

    void error(std::string_view at, const char* code, std::string message) {
        constexpr std::size_t most_errors = 100;
        if (result_.errors.size() < most_errors) {
            result_.errors.push_back(diagnostic(Severity::error, at, code, std::move(message)));
        } else {
            ++left_out_;
        }
    }

    void warning(std::string_view at, const char* code, std::string message) {
        result_.warnings.push_back(diagnostic(Severity::warning, at, code, std::move(message)));
    }

    [[nodiscard]] Diagnostic diagnostic(Severity severity, std::string_view at, const char* code,
                                        std::string message) const {
        return {.severity = severity,
                .location = {result_.name, line_number_, column_of(at)},
                .code = code,
                .message = std::move(message)};
    }

    std::string_view line_;
    std::size_t line_number_ = 0;
    std::optional<std::size_t> section_;
    std::unordered_map<std::string_view, std::size_t> seen_;  // names within the text
    bool open_ = false;
    std::size_t left_out_ = 0;
    IniFile result_;
};

}  // namespace

IniFile parse_ini(std::string_view text, const std::string& file) {
    return Reader(file).read(text);
}

}  // namespace loopingcall::config
