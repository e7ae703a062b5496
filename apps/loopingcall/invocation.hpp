#pragma once

#include <boost/program_options/options_description.hpp>
#include <chrono>
#include <loopingcall/config/config.hpp>
#include <optional>
#include <string>
#include <vector>

#include "loopingcall/exit_codes.hpp"
#include "terminal/status_lines.hpp"

namespace repeat {

/// The exit statuses that do not come from COMMAND or a signal, as in timeout(1).
enum ExitCode : int { timed_out = 124, refused = 125, not_executable = 126, not_found = 127 };

/// What COMMAND reads.
enum class Input {
    unset,  ///< none; but data that no call reads is an error
    none,
    once,
    each,
};

/// The flags that have a value, as options; they have no section in any file.
[[nodiscard]] const loopingcall::config::OptionTable& option_table();

/// All flags, with their help.
[[nodiscard]] boost::program_options::options_description all_flags();

/// What the user wants.
struct Invocation {
    loopingcall::config::Config values;
    std::vector<std::string> command;
    RetryRule rule = {};
    Input input = Input::unset;
    std::chrono::nanoseconds max_delay{0};
    bool stream = false;
    bool foreground = false;
    bool json = false;
    bool quiet = false;
    bool verbose = false;
    terminal::ShowStatus progress = terminal::ShowStatus::automatic;
    /// Set if there is nothing to run: help, version, or a mistake, which have been printed.
    std::optional<int> exit_code = std::nullopt;
};

[[nodiscard]] Invocation read_invocation(std::vector<std::string> arguments);

}  // namespace repeat
