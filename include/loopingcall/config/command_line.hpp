#pragma once

#include <boost/program_options/options_description.hpp>
#include <boost/program_options/variables_map.hpp>
#include <loopingcall/config/config.hpp>
#include <loopingcall/config/option.hpp>
#include <string>
#include <vector>

namespace loopingcall::config {

/// The flags of a program: those it describes itself, and one for each option of its table.
///
/// Boost.Program_options describes, parses and stores. Added to it: a hyphen and an underscore are
/// the same in a flag's name, `--` ends the flags and what follows is left alone, and the flags of
/// options become values with the spelling they were given with.
struct CommandLine {
    boost::program_options::variables_map flags;  ///< those that the program described itself
    std::vector<FlagValue> options;               ///< those of the table, in the order given
    std::vector<std::string> arguments;           ///< neither a flag nor the value of one
    std::vector<std::string> rest;                ///< what followed `--`
    std::vector<Diagnostic> errors;               ///< unknown flags, missing values
};

/// Adds a flag for each option of `table`, its short form and its help with the default.
void describe_flags(const OptionTable& table, boost::program_options::options_description& into);

/// Parses `arguments` (without the program's name). Never throws for what users write.
[[nodiscard]] CommandLine parse_command_line(
    std::vector<std::string> arguments, const OptionTable& table,
    const boost::program_options::options_description& own_flags);

}  // namespace loopingcall::config
