#include "terminal/status_lines.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <iostream>

#include "terminal/utf8_text.hpp"

namespace terminal {

namespace {

bool is_wanted(ShowStatus show) {
    return show == ShowStatus::automatic ? takes_escapes(STDERR_FILENO)
                                         : show == ShowStatus::always;
}

winsize size_of_terminal() {
    winsize size{};
    const bool is_known = ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0;
    if (!is_known || size.ws_col == 0) size.ws_col = 80;
    if (!is_known || size.ws_row == 0) size.ws_row = 24;
    return size;
}

/// A terminal that became narrower meanwhile shows a line on several rows.
std::size_t rows_of(const std::vector<std::size_t>& widths, std::size_t columns) {
    std::size_t rows = 0;
    for (const std::size_t width : widths) {
        rows += std::max<std::size_t>(1, (width + columns - 1) / columns);
    }
    return rows;
}

}  // namespace

std::size_t columns_of_terminal() { return size_of_terminal().ws_col; }

std::vector<StatusLine> fitted(std::vector<StatusLine> lines, std::size_t rows) {
    const std::size_t most = std::max<std::size_t>(2, rows) - 1;
    if (lines.size() <= most) return lines;
    const std::size_t hidden = lines.size() - most + 1;
    lines.resize(most);
    lines.back() = {.text = "and " + std::to_string(hidden) + " more", .mood = Mood::waiting};
    return lines;
}

StatusLines::StatusLines(ShowStatus show) : is_shown_(is_wanted(show)) {}

void StatusLines::show(const std::vector<StatusLine>& lines) {
    if (!is_shown_) return;
    const winsize size = size_of_terminal();
    const bool coloured = takes_colour(STDERR_FILENO);
    std::string text = erasure();
    for (const StatusLine& line : fitted(lines, size.ws_row)) {
        if (!widths_.empty()) text += '\n';
        // One column less than there are: a full line would wrap on many a terminal.
        const std::string shown = fitted(line.text, size.ws_col - 1U);
        text += coloured ? painted(shown, line.mood) : shown;
        widths_.push_back(columns_of(shown));
    }
    std::cerr << text << std::flush;
}

void StatusLines::clear() { std::cerr << erasure() << std::flush; }

std::string StatusLines::erasure() {
    if (widths_.empty()) return {};
    const std::size_t up = rows_of(widths_, columns_of_terminal()) - 1;
    widths_.clear();
    return up == 0 ? "\r\x1b[K" : "\r\x1b[" + std::to_string(up) + "A\x1b[J";
}

}  // namespace terminal
