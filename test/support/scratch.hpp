#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace test {

/// A directory of its own for one test, removed at its end.
class Scratch {
  public:
    Scratch();
    ~Scratch();
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

    /// Writes a file and gives its path.
    std::filesystem::path file(std::string_view name, std::string_view text = {}) const;

    /// Writes a shell script that can be executed and gives its path.
    std::filesystem::path script(std::string_view name, std::string_view text) const;

  private:
    std::filesystem::path path_;
};

std::string read_file(const std::filesystem::path& path);

}  // namespace test
