#pragma once

#include <string>

namespace terminal {

/// What a text is about, as a colour: yellow, green and red.
enum class Mood { waiting, good, bad };

/// Whether the descriptor is a terminal that understands escape sequences: TERM is set, and not
/// `dumb`.
[[nodiscard]] bool takes_escapes(int descriptor);

/// Whether it may also get colour: NO_COLOR is not set, or is empty (no-color.org).
[[nodiscard]] bool takes_colour(int descriptor);

/// The text between the escape sequences of its colour.
[[nodiscard]] std::string painted(const std::string& text, Mood mood);

}  // namespace terminal
