#pragma once

#include <loopingcall/config/types.hpp>
#include <loopingcall/export.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace loopingcall::config {

/// As a default: the option has no value unless it is set.
inline constexpr std::string_view no_default = "<None>";

/// A name that an option had before. What is empty is as it is now.
struct DeprecatedName {
    std::string name = {};
    /// As in oslo, the old flag has no group in its name either if this is empty.
    std::string group = {};
};

/// An option, declared once: files, environment, flags, their help, the sample file, the manual and
/// the completion of a shell all come from this. The members are oslo's keywords.
struct Option {
    std::string group;  ///< the section of a file
    std::string name;   ///< with underscores
    OptionType type;
    /// As it would stand in a file, or `no_default`. The values of a MultiType have newlines
    /// between them.
    std::string default_value = std::string(no_default);
    std::string help = {};  ///< one sentence
    /// A short form of the flag `--group-name`, as `interval,i`; or its letter alone, as `,i`,
    /// which is oslo's `short`. Empty if there is none.
    std::string alias = {};
    /// Whether there are flags for it at all.
    bool cli = true;
    bool required = false;
    /// Its value is never shown: not in messages, and not by show().
    bool secret = false;
    /// Whether Config::reload() takes a new value over.
    bool is_mutable = false;
    std::vector<DeprecatedName> deprecated_names = {};
    bool deprecated_for_removal = false;
    std::string deprecated_reason = {};
};

using OptionTable = std::vector<Option>;

/// `group.name`, with underscores.
[[nodiscard]] LOOPINGCALL_EXPORT std::string key_of(const Option& option);

/// The flag that sets the option, as oslo names it: `group-name`; of the group DEFAULT, `name`.
[[nodiscard]] LOOPINGCALL_EXPORT std::string flag_of(const Option& option);

/// The flag that sets a BooleanType to false, as oslo names it: `group-noname`.
[[nodiscard]] LOOPINGCALL_EXPORT std::string negative_flag_of(const Option& option);

/// The environment variable that sets the option, as oslo names it: `OS_GROUP__NAME`.
[[nodiscard]] LOOPINGCALL_EXPORT std::string variable_of(const Option& option);

/// The long one of `interval,i`: `interval`; empty if there is none.
[[nodiscard]] LOOPINGCALL_EXPORT std::string long_alias_of(const Option& option);

/// The default value. Throws `std::invalid_argument` if it is none of the type's.
[[nodiscard]] LOOPINGCALL_EXPORT OptionValue default_of(const Option& option);

}  // namespace loopingcall::config
