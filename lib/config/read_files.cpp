#include "read_files.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

namespace loopingcall::config::detail {

namespace {

namespace fs = std::filesystem;

/// More than anybody has written: what does not end, such as /dev/zero, is refused.
constexpr std::size_t largest = 64UL << 20U;

class FileReader {
  public:
    explicit FileReader(const Sources& sources) {
        const char* const home = sources.environment ? sources.environment("HOME") : nullptr;
        if (home != nullptr) home_ = home;
    }

    void read(const FileSource& source) {
        const fs::path path = expanded(source.path);
        std::error_code ignored;
        const fs::file_status status = fs::status(path, ignored);
        if (!fs::exists(status)) {
            if (!source.may_be_missing)
                report(path, "file_not_found",
                       std::string("cannot be opened: ") + std::strerror(ENOENT));
        } else if (source.kind == FileSource::Kind::directory) {
            read_directory(path, fs::is_directory(status));
        } else if (fs::is_directory(status)) {
            report(path, "unreadable_file",
                   "is a directory, not a configuration file; give it with --config-dir");
        } else {
            read_file(path);
        }
    }

    ReadFiles take() { return std::move(result_); }

  private:
    /// `~` and `~/...`, which a shell leaves alone in `--config-file=~/...`.
    [[nodiscard]] fs::path expanded(const fs::path& path) const {
        const std::string& text = path.native();
        if (home_.empty() || !text.starts_with('~')) return path;
        if (text.size() > 1 && text[1] != '/') return path;
        return home_ + text.substr(1);
    }

    void read_directory(const fs::path& path, bool is_directory) {
        if (!is_directory) {
            return report(path, "not_a_directory",
                          "is a file, not a directory of them; give it with --config-file");
        }
        std::vector<fs::path> files;
        std::error_code error;
        for (fs::directory_iterator entry(path, error), end; !error && entry != end;
             entry.increment(error)) {
            std::error_code ignored;
            const std::string name = entry->path().filename().native();
            const bool is_hidden = name.starts_with('.');
            if (name.ends_with(".conf") && !is_hidden &&
                !fs::is_directory(entry->path(), ignored)) {
                files.push_back(entry->path());
            }
        }
        if (error) return report(path, "unreadable_file", "cannot be read: " + error.message());
        std::sort(files.begin(), files.end());
        for (const fs::path& file : files) read_file(file);
    }

    void read_file(const fs::path& path) {
        std::ifstream stream(path, std::ios::binary);
        if (!stream) {
            return report(path, "unreadable_file",
                          std::string("cannot be opened: ") + std::strerror(errno));
        }
        std::string text;
        char buffer[65536];
        while (stream.read(buffer, sizeof buffer), stream.gcount() > 0) {
            text.append(buffer, static_cast<std::size_t>(stream.gcount()));
            if (text.size() > largest) {
                return report(path, "unreadable_file", "is larger than 64 MiB");
            }
        }
        if (stream.bad()) {
            return report(path, "unreadable_file",
                          std::string("cannot be read: ") + std::strerror(errno));
        }
        result_.files.push_back(parse_ini(text, path.native()));
    }

    void report(const fs::path& path, const char* code, std::string message) {
        result_.errors.push_back(
            {.location = {path.native()}, .code = code, .message = std::move(message)});
    }

    std::string home_;
    ReadFiles result_;
};

}  // namespace

ReadFiles read_files(const Sources& sources) {
    FileReader reader(sources);
    for (const FileSource& source : sources.files) reader.read(source);
    return reader.take();
}

}  // namespace loopingcall::config::detail
