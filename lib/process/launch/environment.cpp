#include "environment.hpp"

#include <unistd.h>

#include <algorithm>

#include "launch_error.hpp"

namespace loopingcall::process::detail {

namespace {

bool sets(std::string_view entry, std::string_view name) {
    return entry.size() > name.size() && entry.starts_with(name) && entry[name.size()] == '=';
}

void check(const std::string& name) {
    if (name.empty() || name.find('=') != std::string::npos) {
        throw LaunchError(errc::cannot_start, "'" + name + "' cannot be the name of a variable");
    }
}

std::vector<std::string> inherited() {
    std::vector<std::string> environment;
    for (char** entry = ::environ; entry && *entry; ++entry) environment.emplace_back(*entry);
    return environment;
}

}  // namespace

std::vector<std::string> environment_of(const Command& command) {
    std::vector<std::string> environment;
    if (!command.clean_environment) environment = inherited();
    for (const auto& [name, value] : command.environment) {
        check(name);
        std::erase_if(environment, [&of = name](const auto& entry) { return sets(entry, of); });
        if (value) environment.push_back(name + '=' + *value);
    }
    return environment;
}

std::optional<std::string_view> find_variable(const std::vector<std::string>& environment,
                                              std::string_view name) {
    const auto found = std::find_if(environment.begin(), environment.end(),
                                    [&](const auto& entry) { return sets(entry, name); });
    if (found == environment.end()) return std::nullopt;
    return std::string_view(*found).substr(name.size() + 1);
}

}  // namespace loopingcall::process::detail
