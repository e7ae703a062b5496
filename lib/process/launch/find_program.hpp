#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace loopingcall::process::detail {

/// Where a program is searched when the child has no PATH.
inline constexpr std::string_view default_path = "/usr/local/bin:/usr/bin:/bin";

/// Whether a program is searched in PATH.
bool is_searched_for(std::string_view program);

/// The files that may be the program, in the order in which they are tried: the program as it is if
/// it has a slash, else one in each directory of `path`. Pure: the child itself looks whether they
/// are there, since a look may hang.
std::vector<std::string> places_of(const std::string& program, std::string_view path);

}  // namespace loopingcall::process::detail
