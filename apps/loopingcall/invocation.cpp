#include "loopingcall/invocation.hpp"

#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <loopingcall/config/command_line.hpp>
#include <loopingcall/config/duration.hpp>
#include <map>
#include <utility>

#include "loopingcall/standard_input.hpp"

namespace repeat {

namespace config = loopingcall::config;
namespace po = boost::program_options;

namespace {

using std::chrono::nanoseconds;

po::options_description own_flags() {
    po::options_description flags;
    flags.add_options()                                                                    //
        ("quiet,q", "print only the output of COMMAND; the exit status shows the result")  //
        ("verbose,v", "report each call on standard error")                                //
        ("help,h", "print this help")                                                      //
        ("version,V", "print the version");
    return flags;
}

void print_help() {
    std::cout
        << "Usage: loopingcall [OPTIONS] -- COMMAND [ARG...]\n"
           "Runs COMMAND at an interval until it exits with status 0.\n\n"
        << all_flags()
        << "\nloopingcall prints the standard error of each call at once, and the standard output\n"
           "of the last call; with --output-mode stream, that of all calls. Standard input is\n"
           "/dev/null unless --stdin is given; without it, data on standard input is an error.\n"
           "\nExit status:\n"
           "  0      COMMAND has succeeded\n"
           "  n      the last call exited with n, and --max-calls was reached or n is one of\n"
           "         --stop-on; 128+n: signal n\n"
           "  124    --timeout expired or, in the last call, --call-timeout\n"
           "  125    the command line is wrong, COMMAND could not be started, or its output\n"
           "         was too long to be kept\n"
           "  126    COMMAND was found but could not be run; 127 COMMAND was not found\n"
           "  128+n  ended by signal n\n";
}

/// Reads what the flags say, collecting all that is wrong with them.
class Reader {
  public:
    explicit Reader(std::vector<std::string> arguments)
        : line_(config::parse_command_line(std::move(arguments), option_table(), own_flags())),
          result_{.values = config::Config::load(option_table(),
                                                 {.environment = nullptr, .flags = line_.options}),
                  .command = line_.rest.empty() ? line_.arguments : line_.rest,
                  .quiet = has("quiet"),
                  .verbose = has("verbose")},
          problems_(line_.errors) {
        const auto& others = result_.values.diagnostics();
        problems_.insert(problems_.end(), others.begin(), others.end());
    }

    Invocation read() {
        const std::map<std::string, terminal::ShowStatus> shows{
            {"auto", terminal::ShowStatus::automatic},
            {"always", terminal::ShowStatus::always},
            {"never", terminal::ShowStatus::never}};
        result_.progress = shows.at(text("progress"));
        result_.json = text("output") == "json";
        result_.stream = text("output_mode") == "stream";
        result_.foreground = result_.values.get<bool>("DEFAULT.foreground");
        if (has("help")) {
            print_help();
            result_.exit_code = 0;
        } else if (has("version")) {
            std::cout << "loopingcall " LOOPINGCALL_VERSION "\n";
            result_.exit_code = 0;
        } else {
            read_rule();
            read_max_delay();
            read_input();
            check_rest();
            for (const auto& problem : problems_) std::cerr << "loopingcall: " << problem << '\n';
            if (!problems_.empty()) result_.exit_code = refused;
        }
        return std::move(result_);
    }

  private:
    void read_rule() {
        if (is_set("retry_on")) result_.rule.retry_on = codes("retry_on");
        result_.rule.stop_on = codes("stop_on");
        if (!result_.rule.retry_on || !is_set_by_user("stop_on")) return;
        const auto both = result_.rule.retry_on->common_with(result_.rule.stop_on);
        if (!both) return;
        refuse("--retry-on", "has " + std::to_string(*both) + ", and so has --stop-on");
    }

    ExitCodes codes(const std::string& name) {
        const auto read = ExitCodes::parse(text(name));
        if (read) return *read;
        const std::string& flag = result_.values.setting("DEFAULT." + name).origin.name;
        refuse(flag, "invalid value \"" + text(name) +
                         "\": expected exit statuses from 0 to 255, such as 1,3-5");
        return {};
    }

    void read_max_delay() {
        const auto interval = result_.values.get<nanoseconds>("DEFAULT.interval");
        result_.max_delay = std::max<nanoseconds>(std::chrono::minutes(1), interval);
        if (!is_set("max_delay")) return;
        result_.max_delay = result_.values.get<nanoseconds>("DEFAULT.max_delay");
        const bool is_too_short = result_.max_delay < interval;
        if (!is_too_short || !result_.values.get<bool>("DEFAULT.backoff")) return;
        refuse("--max-delay", config::format_duration(result_.max_delay) +
                                  " is shorter than the first delay, the interval of " +
                                  config::format_duration(interval));
    }

    void read_input() {
        const std::map<std::string, Input> inputs{
            {"none", Input::none}, {"once", Input::once}, {"each", Input::each}};
        if (is_set("stdin")) result_.input = inputs.at(text("stdin"));
        if (result_.input == Input::unset && has_unread_input()) refuse("--stdin", unread_input);
        if (result_.input == Input::once && !result_.foreground && ::isatty(STDIN_FILENO) == 1) {
            refuse("--stdin",
                   "standard input is a terminal, and a COMMAND in a process group of its "
                   "own is stopped when it reads from it; give --foreground");
        }
    }

    void check_rest() {
        if (result_.json && result_.stream) {
            refuse("--output-mode", "stream has no place in --output json, which is one object");
        }
        if (!result_.command.empty() || !problems_.empty()) return;
        refuse("", "no command is given; usage: loopingcall [OPTIONS] -- COMMAND");
    }

    void refuse(std::string flag, std::string message) {
        problems_.push_back(
            {.key = std::move(flag), .code = "usage", .message = std::move(message)});
    }

    [[nodiscard]] bool has(const char* flag) const { return line_.flags.count(flag) != 0; }

    [[nodiscard]] bool is_set(const std::string& name) const {
        const auto& value = result_.values.setting("DEFAULT." + name).value;
        return !std::holds_alternative<std::monostate>(value);
    }

    [[nodiscard]] bool is_set_by_user(const std::string& name) const {
        const auto source = result_.values.setting("DEFAULT." + name).origin.source;
        return source > config::Source::default_value;
    }

    [[nodiscard]] std::string text(const std::string& name) const {
        return result_.values.get<std::string>("DEFAULT." + name);
    }

    config::CommandLine line_;
    Invocation result_;
    std::vector<config::Diagnostic> problems_;
};

}  // namespace

po::options_description all_flags() { return config::all_flags(option_table(), own_flags()); }

Invocation read_invocation(std::vector<std::string> arguments) {
    return Reader(std::move(arguments)).read();
}

}  // namespace repeat
