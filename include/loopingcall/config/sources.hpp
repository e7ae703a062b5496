#pragma once

#include <concepts>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <loopingcall/export.hpp>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace loopingcall::config {

/// A configuration file, or a directory of them: all its `*.conf`, sorted as text, without hidden
/// ones and subdirectories.
struct FileSource {
    enum class Kind : unsigned char { file, directory };

    /// A file: of anything that is a path.
    template <std::convertible_to<std::filesystem::path> Path>
    FileSource(Path&& file) : path(std::forward<Path>(file)) {}  // NOLINT: is one
    FileSource(std::filesystem::path where, Kind what, bool missing = false)
        : path(std::move(where)), kind(what), may_be_missing(missing) {}

    std::filesystem::path path;  ///< `~/` is the home directory
    Kind kind = Kind::file;
    bool may_be_missing = false;
    /// False: the file was found in a default place, not named. Root reads such a file only if root
    /// owns the file and its directory, and no other user may write to them. Otherwise root skips
    /// it with a warning.
    bool is_named = true;
    /// How many of Sources::flags were given before the file: the values of a MultiType by flags
    /// and files are in this order.
    std::size_t flags_before = 0;
};

/// A value given by a flag on the command line.
struct FlagValue {
    std::string key;   ///< `group.name`
    std::string flag;  ///< as given: `-i`, `--interval`
    std::string text;
    /// Whether the flag has an old name of the option.
    bool is_deprecated = false;
};

/// Looks up an environment variable, as getenv() does.
using Environment = std::function<const char*(const char* name)>;

/// That of the process. No other thread may change it meanwhile.
[[nodiscard]] LOOPINGCALL_EXPORT const char* process_environment(const char* name);

/// Where values come from. Precedence, highest first: set in code, flags, environment, files (a
/// later file overrides an earlier one), defaults. As in oslo, flags of a MultiType do not override
/// files: all their values count, in the order of the command line.
struct Sources {
    std::vector<FileSource> files = {};             ///< in the order given; a later file overrides
    Environment environment = process_environment;  ///< empty: no environment
    std::vector<FlagValue> flags = {};              ///< in the order given: the last one wins
    /// Instead of the table's default: oslo's set_default(). Texts, by `group.name`.
    std::map<std::string, std::string> defaults = {};
    /// Overrides all sources: oslo's set_override(). Texts, by `group.name`.
    std::map<std::string, std::string> overrides = {};
    /// Whether unknown keys and sections are errors rather than warnings.
    bool strict = false;
};

/// Where oslo searches for the files of a program without --config-file: for `project.conf`, then
/// for `program.conf`, the first that is found in `~/.project`, `~`, `/etc/project`, `/etc`,
/// `$SNAP_COMMON/etc/project` and `$SNAP/etc/project`.
[[nodiscard]] LOOPINGCALL_EXPORT std::vector<FileSource> find_config_files(
    const std::string& project, const std::string& program,
    const Environment& environment = process_environment);

/// The same for the directories `project.conf.d` and `program.conf.d`.
[[nodiscard]] LOOPINGCALL_EXPORT std::vector<FileSource> find_config_dirs(
    const std::string& project, const std::string& program,
    const Environment& environment = process_environment);

}  // namespace loopingcall::config
