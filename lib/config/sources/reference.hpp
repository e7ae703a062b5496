#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "config/options/option_index.hpp"
#include "config/options/problem.hpp"

namespace loopingcall::config::detail {

/// What a reference leads to: an option, or the reason why to none.
struct Target {
    std::optional<std::size_t> option = {};
    Problem problem = {};
};

/// Finds the option that `$name` means in a value of `group`.
[[nodiscard]] Target find_target(const OptionIndex& index, const std::string& group,
                                 const std::string& name);

}  // namespace loopingcall::config::detail
