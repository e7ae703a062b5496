#include "read_files.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>
#include <system_error>
#include <utility>

#include "config/ini/file_text.hpp"

namespace loopingcall::config::detail {

namespace {

namespace fs = std::filesystem;

class FileReader {
  public:
    explicit FileReader(const Sources& sources) {
        const char* const home = sources.environment ? sources.environment("HOME") : nullptr;
        if (home != nullptr) home_ = home;
    }

    /// @param number  which of the sources it is.
    void read(const FileSource& source, std::size_t number) {
        const fs::path path = expanded(source.path);
        number_ = number;
        must_be_trusted_ = !source.is_named;
        std::error_code error;
        const fs::file_status status = fs::status(path, error);
        if (!fs::exists(status)) {
            const bool is_directory = source.kind == FileSource::Kind::directory;
            if (!source.may_be_missing)
                report(path, is_directory ? "dir_not_found" : "file_not_found",
                       "cannot be opened: " +
                           std::string(std::strerror(error ? error.value() : ENOENT)));
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
        if (!may_be_followed(path)) return;
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
        if (!may_be_followed(path)) return;
        const FileText read = read_text(path, must_be_trusted_);
        if (!read.error.empty()) return report(path, "unreadable_file", read.error);
        result_.files.push_back(parse_ini(read.text, path.native()));
        result_.sources.push_back(number_);
    }

    bool may_be_followed(const fs::path& path) {
        const std::string why = must_be_trusted_ ? why_not_trusted(path) : std::string();
        if (why.empty()) return true;
        result_.problems.push_back(
            {.severity = Severity::warning,
             .location = {path.native()},
             .code = "untrusted_file",
             .message = "is not read as root: " + why + "; name it with --config-" +
                        (is_directory(path) ? "dir" : "file") + " if it is to be"});
        return false;
    }

    static bool is_directory(const fs::path& path) {
        std::error_code ignored;
        return fs::is_directory(path, ignored);
    }

    void report(const fs::path& path, const char* code, std::string message) {
        result_.problems.push_back(
            {.location = {path.native()}, .code = code, .message = std::move(message)});
    }

    std::string home_;
    std::size_t number_ = 0;
    bool must_be_trusted_ = false;
    ReadFiles result_;
};

}  // namespace

ReadFiles read_files(const Sources& sources) {
    FileReader reader(sources);
    for (std::size_t i = 0; i < sources.files.size(); ++i) reader.read(sources.files[i], i);
    return reader.take();
}

}  // namespace loopingcall::config::detail
