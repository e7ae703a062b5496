#include "terminal/status_line.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>
#include <iostream>
#include <string_view>

#include "terminal/utf8_text.hpp"

namespace terminal {

namespace {

bool is_set(const char* variable) {
    const char* const value = std::getenv(variable);
    return value && *value != '\0';
}

bool can_rewrite() {
    const char* const terminal = std::getenv("TERM");
    return ::isatty(STDERR_FILENO) == 1 && terminal && std::string_view(terminal) != "dumb";
}

bool is_wanted(ShowStatus show) {
    return show == ShowStatus::automatic ? can_rewrite() : show == ShowStatus::always;
}

std::size_t columns_of_terminal() {
    winsize size{};
    const bool known = ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
    return known ? size.ws_col : 80;
}

const char* escape_of(Mood mood) {
    switch (mood) {
        case Mood::waiting:
            return "\x1b[33m";
        case Mood::good:
            return "\x1b[32m";
        case Mood::bad:
            break;
    }
    return "\x1b[31m";
}

}  // namespace

StatusLine::StatusLine(ShowStatus show) : is_shown_(is_wanted(show)) {}

void StatusLine::show(const std::string& text, Mood mood) {
    if (!is_shown_) return;
    clear();
    // One column less than there are: a full line would wrap on many a terminal.
    const std::string line = fitted(text, columns_of_terminal() - 1);
    const bool coloured = can_rewrite() && !is_set("NO_COLOR");
    if (coloured) std::cerr << escape_of(mood);
    std::cerr << line << (coloured ? "\x1b[0m" : "") << std::flush;
    is_there_ = true;
}

void StatusLine::clear() {
    if (is_there_) std::cerr << "\r\x1b[K" << std::flush;
    is_there_ = false;
}

}  // namespace terminal
