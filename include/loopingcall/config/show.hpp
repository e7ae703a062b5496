#pragma once

#include <iosfwd>
#include <loopingcall/config/config.hpp>
#include <loopingcall/export.hpp>
#include <string>

namespace loopingcall::config {

/// What stands for a secret that is set.
inline constexpr const char* masked = "****";

/// The value of an option as it would stand in a file: several with ", " between them, `****` for a
/// secret, `<None>` for no value.
[[nodiscard]] LOOPINGCALL_EXPORT std::string shown_value(const Option& option,
                                                         const Setting& setting);

/// Writes all values in the form of a configuration file which, read, means the same. Above each
/// one stands where it comes from, and what it has overridden. Two kinds of values are comments: a
/// secret is masked, and a value with characters that a terminal would obey is escaped.
LOOPINGCALL_EXPORT void show(const Config& config, std::ostream& stream);

}  // namespace loopingcall::config
