#pragma once

#include <filesystem>
#include <loopingcall/config/config.hpp>
#include <loopingcall/device/wait_until_free.hpp>
#include <optional>
#include <string>
#include <vector>

#include "terminal/status_lines.hpp"

namespace diskwait {

enum class Action {
    wait,
    help,
    version,
    show_config,
    check_config,
    sample_config,
    refuse,  ///< something is wrong with what the user wants
};
enum class Output { text, json };
/// Whether the locks of the disks are held while COMMAND runs.
enum class Lock {
    none,
    unless_command_locks,  ///< a COMMAND that would wait for the lock itself is refused
    force,
};

/// The code of a problem with the configuration that is in no file that could be named.
inline constexpr const char* unreadable_file = "unreadable_file";

/// What the user wants, from the command line and the configuration files.
struct Invocation {
    Action action = Action::wait;
    std::vector<std::filesystem::path> devices;
    std::vector<std::string> command;  ///< to be run once all devices are free; may be empty
    /// Where the options come from. Without a value only if none is read (help, version).
    std::optional<loopingcall::config::Config> config;
    loopingcall::device::WaitOptions wait;
    Lock lock = Lock::none;
    Output output = Output::text;
    terminal::ShowStatus progress = terminal::ShowStatus::automatic;
    /// One check of one device, for the root_helper of another diskwait.
    bool one_check = false;
    /// Whether the tree of what uses each device is printed.
    bool explain = false;
    bool quiet = false;
    bool verbose = false;
    /// All problems of the command line and the files, warnings included. With an error among
    /// them, the action is refuse.
    std::vector<loopingcall::config::Diagnostic> diagnostics;
};

[[nodiscard]] Invocation read_invocation(std::vector<std::string> arguments);

}  // namespace diskwait
