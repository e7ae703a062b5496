#include "invocation.hpp"

#include <algorithm>
#include <boost/program_options/value_semantic.hpp>
#include <loopingcall/config/command_line.hpp>
#include <map>
#include <optional>
#include <ostream>

#include "option_table.hpp"

namespace diskwait {

namespace {

namespace config = loopingcall::config;
namespace po = boost::program_options;
using Text = std::string;

po::options_description own_flags() {
    po::options_description flags;
    flags.add_options()                                                //
        ("wait-for-device", "wait for a device that is missing, too")  //
        ("strict",
         "a process that could not be inspected makes the answer unknown, and an "
         "unknown key of a file is an error")  //
        ("config-file", po::value<std::vector<Text>>()->value_name("PATH"),
         "read options from a file; may be repeated, a later file beats an earlier one")  //
        ("output,o", po::value<Text>()->value_name("text|json"), "form of the result")    //
        ("progress", po::value<Text>()->value_name("auto|always|never"),
         "a line on standard error that is rewritten with each check")      //
        ("quiet,q", "print no result and no warning; the exit code tells")  //
        ("verbose,v", "print each check to standard error")                 //
        ("help,h", "print this help")                                       //
        ("version,V", "print the version");
    return flags;
}

/// Reads the command line into an Invocation, collecting all that is wrong with it.
class Reader {
  public:
    explicit Reader(std::vector<std::string> arguments)
        : line_(config::parse_command_line(std::move(arguments), option_table(), own_flags())) {}

    Invocation read() {
        read_output();
        if (has("help") || has("version")) {
            result_.action = has("help") ? Action::help : Action::version;
            return std::move(result_);
        }
        result_.diagnostics = line_.errors;
        result_.quiet = has("quiet");
        result_.verbose = has("verbose");
        result_.progress = choice<ShowProgress>("progress", {{"auto", ShowProgress::automatic},
                                                             {"always", ShowProgress::always},
                                                             {"never", ShowProgress::never}})
                               .value_or(ShowProgress::automatic);
        read_devices();
        read_wait();
        const auto is_error = [](const auto& problem) {
            return problem.severity == config::Severity::error;
        };
        if (std::any_of(result_.diagnostics.begin(), result_.diagnostics.end(), is_error)) {
            result_.action = Action::refuse;
        }
        return std::move(result_);
    }

  private:
    void read_output() {
        const auto output =
            choice<Output>("output", {{"text", Output::text}, {"json", Output::json}});
        result_.output = output.value_or(Output::text);
        line_.errors.insert(line_.errors.end(), result_.diagnostics.begin(),
                            result_.diagnostics.end());
    }

    void read_devices() {
        result_.devices.assign(line_.arguments.begin(), line_.arguments.end());
        result_.command = line_.rest;
        if (result_.devices.empty() && line_.errors.empty()) {
            refuse("", "usage", "no device is given; usage: diskwait [OPTIONS] DEVICE...");
        }
    }

    void read_wait() {
        const bool strict = has("strict");
        config::Sources sources{.flags = line_.options, .strict = strict};
        if (has("config-file")) {
            const auto& files = line_.flags["config-file"].as<std::vector<Text>>();
            sources.files.assign(files.begin(), files.end());
        }
        const auto loaded = config::Config::load(option_table(), sources);
        result_.diagnostics.insert(result_.diagnostics.end(), loaded.diagnostics().begin(),
                                   loaded.diagnostics().end());
        result_.wait = wait_options(loaded);
        result_.wait.check_device_strict = strict || result_.wait.check_device_strict;
        result_.wait.wait_for_device = has("wait-for-device");
    }

    [[nodiscard]] bool has(const char* flag) const { return line_.flags.count(flag) != 0; }

    template <class Choice>
    std::optional<Choice> choice(const char* flag, const std::map<Text, Choice>& choices) {
        if (!has(flag)) return std::nullopt;
        const Text& text = line_.flags[flag].as<Text>();
        if (const auto found = choices.find(text); found != choices.end()) return found->second;
        Text accepted;
        for (const auto& [name, value] : choices) accepted += (accepted.empty() ? "" : ", ") + name;
        refuse(flag, "bad_value", '"' + text + "\" is not accepted: expected one of " + accepted);
        return std::nullopt;
    }

    void refuse(const Text& flag, const char* code, Text message) {
        result_.diagnostics.push_back({.key = flag.empty() ? flag : "--" + flag,
                                       .code = code,
                                       .message = std::move(message)});
    }

    config::CommandLine line_;
    Invocation result_;
};

}  // namespace

Invocation read_invocation(std::vector<std::string> arguments) {
    return Reader(std::move(arguments)).read();
}

void print_help(std::ostream& stream) {
    po::options_description flags("Options");
    config::describe_flags(option_table(), flags);
    const po::options_description own = own_flags();
    for (const auto& flag : own.options()) flags.add(flag);
    stream << "Usage: diskwait [OPTIONS] DEVICE... [-- COMMAND [ARG...]]\n"
              "Waits until nothing uses the devices; then runs COMMAND, if given.\n\n"
           << flags
           << "\nConfiguration files have oslo's form:\n"
              "  [disk_partitioner]\n"
              "  check_device_interval = 1\n"
              "  check_device_max_retries = 20\n"
              "\nExit status:\n"
              "  0    every device is free\n"
              "  1    a device was still in use when the checks or the time ran out\n"
              "  2    the command line or a configuration file is wrong\n"
              "  3    it could not be told: no such device, fuser missing, hung or killed\n"
              "  126  COMMAND could not be run; 127 if there is none such\n"
              "  128+n  ended by signal n\n";
}

}  // namespace diskwait
