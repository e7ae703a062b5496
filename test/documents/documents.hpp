#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace test {

/// The top of the project's sources.
extern const std::filesystem::path project;

/// The files below `folder` whose names end so, sorted; without what is built and what git keeps.
std::vector<std::filesystem::path> files_below(const std::filesystem::path& folder,
                                               std::string_view end);

/// Each README.md of the project.
std::vector<std::filesystem::path> readmes();

/// Each page in Markdown, the README files included.
std::vector<std::filesystem::path> pages();

/// For messages: the path below the top of the project.
std::string shown(const std::filesystem::path& file);

/// A page without its blocks of code and without what stands in backquotes.
std::string prose_of(const std::string& page);

}  // namespace test
