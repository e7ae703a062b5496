#pragma once

#include <boost/program_options/options_description.hpp>
#include <iosfwd>

namespace diskwait {

/// The flags of the program itself, without those of the table of options.
[[nodiscard]] boost::program_options::options_description own_flags();

/// All flags, with their help.
[[nodiscard]] boost::program_options::options_description all_flags();

void print_help(std::ostream& stream);

}  // namespace diskwait
