#include "loopingcall/invocation.hpp"

#include <iostream>
#include <loopingcall/config/command_line.hpp>
#include <map>
#include <utility>

namespace repeat {

namespace config = loopingcall::config;
namespace po = boost::program_options;

namespace {

po::options_description own_flags() {
    po::options_description flags;
    flags.add_options()                                               //
        ("quiet,q", "say nothing of one's own; the exit code tells")  //
        ("verbose,v", "tell of each call on standard error")          //
        ("help,h", "print this help")                                 //
        ("version,V", "print the version");
    return flags;
}

void print_help() {
    std::cout << "Usage: loopingcall [OPTIONS] -- COMMAND [ARG...]\n"
                 "Runs COMMAND at an interval until it exits with 0.\n\n"
              << all_flags()
              << "\nStandard output is that of the last call; standard error that of each.\n"
                 "\nExit status:\n"
                 "  0      COMMAND has succeeded\n"
                 "  n      the last call exited so, and --max-calls was reached; 128+n: signal n\n"
                 "  124    --timeout or, in the last call, --call-timeout was reached\n"
                 "  125    the command line is wrong, or COMMAND could not be started\n"
                 "  126    COMMAND could not be run; 127 if there is none such\n"
                 "  128+n  ended by signal n\n";
}

/// All of them at once.
/// @return whether there was any.
bool print_problems(std::vector<config::Diagnostic> problems,
                    const std::vector<config::Diagnostic>& others) {
    problems.insert(problems.end(), others.begin(), others.end());
    for (const auto& problem : problems) std::cerr << "loopingcall: " << problem << '\n';
    return !problems.empty();
}

}  // namespace

po::options_description all_flags() { return config::all_flags(option_table(), own_flags()); }

Invocation read_invocation(std::vector<std::string> arguments) {
    auto line = config::parse_command_line(std::move(arguments), option_table(), own_flags());
    const auto has = [&](const char* flag) { return line.flags.count(flag) != 0; };
    Invocation invocation{.values = config::Config::load(
                              option_table(), {.environment = nullptr, .flags = line.options}),
                          .command = line.rest.empty() ? line.arguments : line.rest,
                          .quiet = has("quiet"),
                          .verbose = has("verbose")};
    const std::map<std::string, terminal::ShowStatus> shows{
        {"auto", terminal::ShowStatus::automatic},
        {"always", terminal::ShowStatus::always},
        {"never", terminal::ShowStatus::never}};
    invocation.json = invocation.values.get<std::string>("DEFAULT.output") == "json";
    invocation.progress = shows.at(invocation.values.get<std::string>("DEFAULT.progress"));
    if (has("help")) {
        print_help();
        invocation.exit_code = 0;
    } else if (has("version")) {
        std::cout << "loopingcall " LOOPINGCALL_VERSION "\n";
        invocation.exit_code = 0;
    } else if (print_problems(line.errors, invocation.values.diagnostics())) {
        invocation.exit_code = refused;
    } else if (invocation.command.empty()) {
        std::cerr << "loopingcall: no command is given; usage: loopingcall [OPTIONS] -- COMMAND\n";
        invocation.exit_code = refused;
    }
    return invocation;
}

}  // namespace repeat
