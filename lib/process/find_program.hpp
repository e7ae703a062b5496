#pragma once

#include <loopingcall/export.hpp>
#include <string>
#include <string_view>

namespace loopingcall::process::detail {

/// Where a program is looked for when the child has no PATH.
inline constexpr std::string_view default_path = "/usr/local/bin:/usr/bin:/bin";

/// The path of a program: as it is if it has a slash, else the first executable file of that name
/// in the directories of `path`.
/// @param directory  a descriptor of what relative paths are relative to, or AT_FDCWD.
/// @throws LaunchError with not_found, or not_executable if the name is there but no more than
/// that.
LOOPINGCALL_EXPORT std::string find_program(const std::string& program, std::string_view path,
                                            int directory);

}  // namespace loopingcall::process::detail
