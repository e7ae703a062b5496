#pragma once

#include <string>

namespace terminal {

/// When a line is shown. automatic: where standard error is a terminal that can rewrite a line.
enum class ShowStatus { automatic, always, never };

/// What the line is about, as a colour: yellow, green and red.
enum class Mood { waiting, good, bad };

/// One line on standard error that is rewritten again and again, and gone at the end.
///
/// It is cut to what the terminal is wide. It has colour only where standard error is a terminal,
/// TERM is not `dumb`, and NO_COLOR is not set (no-color.org).
class StatusLine {
  public:
    explicit StatusLine(ShowStatus show);
    ~StatusLine() { clear(); }
    StatusLine(const StatusLine&) = delete;
    StatusLine& operator=(const StatusLine&) = delete;

    void show(const std::string& text, Mood mood);

    /// So that something else can be written to the terminal.
    void clear();

  private:
    bool is_shown_;
    bool is_there_ = false;
};

}  // namespace terminal
