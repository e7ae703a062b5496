#pragma once

#include <boost/program_options/options_description.hpp>
#include <iosfwd>
#include <loopingcall/export.hpp>
#include <string>

namespace loopingcall::config {

// Scripts that let a shell complete the flags of a program and their values: one of several words
// where the place of the value is written `one|other`, a file for `PATH`, a directory for `DIR`.
// Other arguments are files, and what follows `--` is a command with its own completion.

/// For bash, as bash-completion loads it from its directory `completions`.
LOOPINGCALL_EXPORT void write_bash_completion(
    const std::string& program, const boost::program_options::options_description& flags,
    std::ostream& stream);

/// For zsh, as the function `_program` in a directory of its `fpath`.
LOOPINGCALL_EXPORT void write_zsh_completion(
    const std::string& program, const boost::program_options::options_description& flags,
    std::ostream& stream);

}  // namespace loopingcall::config
