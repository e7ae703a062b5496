#pragma once

#include <boost/program_options/options_description.hpp>
#include <iosfwd>
#include <loopingcall/config/option.hpp>
#include <loopingcall/export.hpp>

namespace loopingcall::config {

// Parts of manual pages, in the language of man(7), for a page that has the rest.

/// For section 1: an entry a flag, with its short form, the place of its value and its help.
LOOPINGCALL_EXPORT void write_manual_of_flags(
    const boost::program_options::options_description& flags, std::ostream& stream);

/// For section 5: a heading a group, and an entry an option, with its type, bounds, default and
/// help, and the flag and the environment variable that set it, too.
LOOPINGCALL_EXPORT void write_manual_of_options(const OptionTable& table, std::ostream& stream);

}  // namespace loopingcall::config
