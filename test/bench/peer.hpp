#pragma once

#include <optional>
#include <string>
#include <vector>

namespace bench {

/// What a program prints before it exits with 0; nothing of one that does not, or is missing.
std::optional<std::string> output_of(const std::vector<std::string>& argv);

/// The standard error of such a one.
std::optional<std::string> error_output_of(const std::vector<std::string>& argv);

}  // namespace bench
