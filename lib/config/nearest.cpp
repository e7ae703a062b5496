#include "nearest.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace loopingcall::config::detail {

namespace {

/// Names are short; a longer text is not a misspelling of one, and comparing it would take long.
constexpr std::size_t longest_compared = 64;

std::string folded(std::string_view text) {
    std::string result(text);
    for (char& character : result) {
        if (character >= 'A' && character <= 'Z') character = static_cast<char>(character + 32);
        if (character == '-' || character == ' ') character = '_';
    }
    return result;
}

/// Levenshtein's: how many characters must be put in, taken out or replaced.
std::size_t distance(const std::string& a, const std::string& b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = std::exchange(row[0], i);
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
            diagonal = std::exchange(row[j], std::min({replaced, row[j] + 1, row[j - 1] + 1}));
        }
    }
    return row.back();
}

}  // namespace

std::string nearest(std::string_view text, const std::vector<std::string>& names) {
    if (text.size() > longest_compared) return {};
    std::string best;
    std::size_t least = text.size() / 3 + 1;
    for (const std::string& name : names) {
        const std::size_t differs = distance(folded(text), folded(name));
        if (differs < least) {
            least = differs;
            best = name;
        }
    }
    return best;
}

}  // namespace loopingcall::config::detail
