#pragma once

#include <loopingcall/config/diagnostic.hpp>
#include <loopingcall/config/option.hpp>
#include <string>
#include <utility>

namespace loopingcall::config::detail {

/// The warning about a name that an option had before.
inline Diagnostic old_name(Location location, const std::string& name, const Option& option) {
    return {.severity = Severity::warning,
            .location = std::move(location),
            .key = name,
            .code = "deprecated",
            .message = "is deprecated; use " + option.name + " of [" + option.group + "]"};
}

/// The warning about an option that a later version will ignore.
inline Diagnostic future_removal(Location location, const std::string& name, const Option& option) {
    const std::string& reason = option.deprecated_reason;
    return {.severity = Severity::warning,
            .location = std::move(location),
            .key = name,
            .code = "deprecated_for_removal",
            .message = "is deprecated, and will be ignored in the future" +
                       (reason.empty() ? std::string() : ": " + reason)};
}

}  // namespace loopingcall::config::detail
