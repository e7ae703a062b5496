#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace test {

/// A phrase that the project does not use, at a place in a text.
struct Hit {
    std::size_t line = 0;  ///< from 1
    std::string found = {};
    std::string instead = {};
};

/// The banned phrases in a text; a phrase may run over the end of a line.
std::vector<Hit> banned_phrases(const std::string& text);

/// C++ with nothing left but the text of its comments, each line in its place.
std::string comments_of(const std::string& source);

/// C++ with nothing left but the text of its string literals, each line in its place.
std::string literals_of(const std::string& source);

/// The names of the test cases and suites of a test, as sentences, each line in its place.
std::string test_names_of(const std::string& source);

}  // namespace test
