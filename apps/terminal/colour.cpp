#include "terminal/colour.hpp"

#include <unistd.h>

#include <cstdlib>
#include <string_view>

namespace terminal {

namespace {

bool is_set(const char* variable) {
    const char* const value = std::getenv(variable);
    return value && *value != '\0';
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

bool takes_escapes(int descriptor) {
    const char* const terminal = std::getenv("TERM");
    return ::isatty(descriptor) == 1 && terminal && std::string_view(terminal) != "dumb";
}

bool takes_colour(int descriptor) { return takes_escapes(descriptor) && !is_set("NO_COLOR"); }

std::string painted(const std::string& text, Mood mood) {
    return escape_of(mood) + text + "\x1b[0m";
}

}  // namespace terminal
