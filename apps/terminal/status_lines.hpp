#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "terminal/colour.hpp"

namespace terminal {

/// When status lines are shown. automatic: where standard error is a terminal that can rewrite a
/// line.
enum class ShowStatus { automatic, always, never };

/// One line, and its colour.
struct StatusLine {
    std::string text;
    Mood mood = Mood::waiting;
};

/// A few lines on standard error that are rewritten again and again, and gone at the end.
///
/// Each is cut to the width of the terminal, and the lines together to its height, so that the
/// terminal never scrolls: the last line then says how many are not shown. They have colour only
/// where takes_colour() says so.
class StatusLines {
  public:
    explicit StatusLines(ShowStatus show);
    ~StatusLines() { clear(); }
    StatusLines(const StatusLines&) = delete;
    StatusLines& operator=(const StatusLines&) = delete;

    void show(const std::vector<StatusLine>& lines);

    /// So that something else can be written to the terminal.
    void clear();

  private:
    /// What takes the lines off the terminal, and forgets them.
    std::string erasure();

    bool is_shown_;
    std::vector<std::size_t> widths_ = {};  ///< of the lines that are there
};

/// How wide the terminal of standard error is; 80 if it is none.
[[nodiscard]] std::size_t columns_of_terminal();

/// The lines that fit on a screen of so many rows, the last one of which stays empty.
[[nodiscard]] std::vector<StatusLine> fitted(std::vector<StatusLine> lines, std::size_t rows);

}  // namespace terminal
