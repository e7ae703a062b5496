#pragma once

#include <boost/program_options/options_description.hpp>
#include <boost/program_options/variables_map.hpp>
#include <loopingcall/config/diagnostic.hpp>
#include <loopingcall/config/option.hpp>
#include <loopingcall/config/sources.hpp>
#include <loopingcall/export.hpp>
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
    std::vector<FileSource> files;                ///< of `--config-file` and `--config-dir`
    std::vector<std::string> arguments;           ///< neither a flag nor the value of one
    std::vector<std::string> rest;                ///< what followed `--`
    std::vector<Diagnostic> errors;               ///< unknown flags, missing values
};

/// All flags of a program, for its help: those of the options of `table`, each by its alias if it
/// has one, with its help and default, and then its own. parse_command_line() knows besides the
/// full name, `--group-name`, the flags that set a BooleanType to false, `--group-noname` as in
/// oslo and
/// `--no-alias`, and deprecated names.
[[nodiscard]] LOOPINGCALL_EXPORT boost::program_options::options_description all_flags(
    const OptionTable& table, const boost::program_options::options_description& own = {});

/// Adds `--config-file`, `--config-dir` and `--no-default-config`.
LOOPINGCALL_EXPORT void describe_file_flags(boost::program_options::options_description& into);

/// Parses `arguments` (without the program's name). Never throws for what users write.
[[nodiscard]] LOOPINGCALL_EXPORT CommandLine
parse_command_line(std::vector<std::string> arguments, const OptionTable& table,
                   const boost::program_options::options_description& own_flags);

/// The sources of a program by its flags: the files and directories that they name; before them,
/// unless `--no-default-config` is given, the default files if no file is named, and the default
/// directories if no directory is (oslo's rule, of ConfigOpts._parse_config_files()).
[[nodiscard]] LOOPINGCALL_EXPORT Sources sources_of(const CommandLine& line,
                                                    const std::string& project,
                                                    const std::string& program,
                                                    Environment environment = process_environment);

}  // namespace loopingcall::config
