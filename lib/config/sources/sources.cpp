#include <cstdlib>
#include <initializer_list>
#include <loopingcall/config/sources.hpp>
#include <optional>
#include <system_error>

namespace loopingcall::config {

namespace {

namespace fs = std::filesystem;

std::string value_of(const Environment& environment, const char* name) {
    const char* const value = environment ? environment(name) : nullptr;
    return value == nullptr ? std::string() : std::string(value);
}

/// oslo's order, of cfg._get_config_dirs().
std::vector<fs::path> directories(const std::string& project, const Environment& environment) {
    std::vector<fs::path> all;
    const fs::path home = value_of(environment, "HOME");
    if (!home.empty()) {
        all.push_back(home / ('.' + project));
        all.push_back(home);
    }
    all.push_back(fs::path("/etc") / project);
    all.emplace_back("/etc");
    for (const char* const variable : {"SNAP_COMMON", "SNAP"}) {
        const fs::path snap = value_of(environment, variable);
        if (!snap.empty()) all.push_back(snap / "etc" / project);
    }
    return all;
}

std::vector<FileSource> find(const std::string& project, const std::string& program,
                             const char* extension, FileSource::Kind kind,
                             const Environment& environment) {
    std::vector<FileSource> found;
    const auto search = [&](const std::string& name) {
        for (const fs::path& directory : directories(project, environment)) {
            std::error_code ignored;
            if (!fs::exists(directory / (name + extension), ignored)) continue;
            found.emplace_back(directory / (name + extension), kind, true).is_named = false;
            return;
        }
    };
    search(project);
    if (program != project) search(program);
    return found;
}

}  // namespace

const char* process_environment(const char* name) { return std::getenv(name); }

std::vector<FileSource> find_config_files(const std::string& project, const std::string& program,
                                          const Environment& environment) {
    return find(project, program, ".conf", FileSource::Kind::file, environment);
}

std::vector<FileSource> find_config_dirs(const std::string& project, const std::string& program,
                                         const Environment& environment) {
    return find(project, program, ".conf.d", FileSource::Kind::directory, environment);
}

}  // namespace loopingcall::config
