#pragma once

#include <loopingcall/process/command.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace loopingcall::process::detail {

/// The environment of a child, as NAME=value: that of this process, or nothing if it is to be
/// clean, with the command's changes.
/// @throws LaunchError if a name can be none.
std::vector<std::string> environment_of(const Command& command);

/// The value of a variable in such an environment.
std::optional<std::string_view> find_variable(const std::vector<std::string>& environment,
                                              std::string_view name);

}  // namespace loopingcall::process::detail
