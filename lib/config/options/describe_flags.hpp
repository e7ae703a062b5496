#pragma once

#include <boost/program_options/options_description.hpp>
#include <loopingcall/config/option.hpp>
#include <string>

namespace loopingcall::config::detail {

/// Adds a flag for each option of the command line, by its alias if it has one.
void describe_flags(const OptionTable& table, boost::program_options::options_description& into);

/// Adds the flags that the help does not show: full names beside an alias, opposites, old names.
void describe_other_flags(const OptionTable& table,
                          boost::program_options::options_description& into);

[[nodiscard]] inline bool is_boolean(const Option& option) {
    return std::holds_alternative<BooleanType>(option.type);
}

/// `no-alias`, or oslo's form if there is no alias.
[[nodiscard]] std::string short_negative_of(const Option& option);

/// The flag of a name that the option had before.
[[nodiscard]] std::string old_flag_of(const Option& option, const DeprecatedName& old);

}  // namespace loopingcall::config::detail
