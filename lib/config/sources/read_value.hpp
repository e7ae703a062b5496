#pragma once

#include <loopingcall/config/diagnostic.hpp>
#include <loopingcall/config/option.hpp>
#include <loopingcall/config/setting.hpp>
#include <optional>
#include <string>
#include <vector>

#include "collect.hpp"
#include "config/options/problem.hpp"

namespace loopingcall::config::detail {

/// Reads the texts of a value by the type of the option.
/// @param texts  those of the candidate, with the values of other options in place of their names.
/// @param setting  receives the value; its `secret` is respected by messages.
[[nodiscard]] std::optional<Problem> read_value(const Option& option, const Candidate& candidate,
                                                const std::vector<std::string>& texts,
                                                Setting& setting);

/// The warning about a value in a file that seems to end with a comment, which is a part of it.
[[nodiscard]] std::optional<Diagnostic> warning_of_comment(const Candidate& candidate,
                                                           const Setting& setting);

}  // namespace loopingcall::config::detail
