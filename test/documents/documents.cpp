#include "documents/documents.hpp"

#include <algorithm>
#include <sstream>

namespace test {

const std::filesystem::path project = TEST_PROJECT;

std::vector<std::filesystem::path> files_below(const std::filesystem::path& folder,
                                               std::string_view end) {
    std::vector<std::filesystem::path> found;
    for (auto entry = std::filesystem::recursive_directory_iterator(project / folder);
         entry != std::filesystem::recursive_directory_iterator(); ++entry) {
        const std::string name = entry->path().filename().string();
        if (entry->is_directory() && (name == "build" || name.starts_with('.'))) {
            entry.disable_recursion_pending();
        } else if (entry->is_regular_file() && name.ends_with(end)) {
            found.push_back(entry->path());
        }
    }
    std::sort(found.begin(), found.end());
    return found;
}

std::vector<std::filesystem::path> readmes() { return files_below("", "README.md"); }

std::vector<std::filesystem::path> pages() { return files_below("", ".md"); }

std::string shown(const std::filesystem::path& file) {
    return file.lexically_relative(project).string();
}

std::string prose_of(const std::string& page) {
    std::string prose;
    std::istringstream lines(page);
    bool is_code = false;
    for (std::string line; std::getline(lines, line);) {
        const bool is_fence = line.find("```") != std::string::npos;
        if (is_fence) is_code = !is_code;
        if (!is_fence && !is_code) {
            bool is_quoted = false;
            for (const char letter : line) {
                if (letter == '`') is_quoted = !is_quoted;
                if (!is_quoted) prose += letter;
            }
        }
        prose += '\n';  // so that lines keep their numbers
    }
    return prose;
}

}  // namespace test
