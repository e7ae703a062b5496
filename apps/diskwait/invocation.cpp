#include "invocation.hpp"

#include <algorithm>
#include <boost/program_options/value_semantic.hpp>
#include <charconv>
#include <chrono>
#include <cstdlib>
#include <loopingcall/config/command_line.hpp>
#include <loopingcall/device/whole_disk_lock.hpp>
#include <map>
#include <memory>
#include <optional>
#include <ostream>
#include <utility>

#include "locking_command.hpp"
#include "option_table.hpp"
#include "terminal/background.hpp"

namespace diskwait {

namespace {

namespace config = loopingcall::config;
namespace device = loopingcall::device;
namespace po = boost::program_options;
using Text = std::string;

constexpr const char* strict_key = "disk_partitioner.check_device_strict";

po::options_description own_flags() {
    po::options_description flags;
    config::describe_file_flags(flags);
    flags.add_options()  //
        ("lock", po::value<Text>()->value_name("[=force]"),
         "lock the whole disks, as udevadm lock does, check them under the lock, and hold it "
         "while COMMAND runs; force: run COMMAND even if it waits for udev or for the lock "
         "itself")                                                             //
        ("wait-for-device", "also wait for a device that does not exist yet")  //
        ("one-check",
         "make one check of one device and print it as JSON; root_helper runs this; no "
         "files, variables, or COMMAND")  //
        ("ignore-pid", po::value<std::vector<Text>>()->composing()->value_name("PID"),
         "do not count this process as a holder, and do not inspect it; may be repeated")  //
        ("explain",
         "print what uses each device as a tree: its partitions, what is built on them, mounts and "
         "processes; check once unless --timeout or --max-retries is given")  //
        ("strict",
         "report unknown instead of free if anything could not be inspected, and "
         "reject unknown configuration keys")                                                //
        ("show-config", "print the value and the source of each option")                     //
        ("check-config", "print the problems of the configuration, if any")                  //
        ("sample-config", "print a configuration file with all options and their defaults")  //
        ("output,o", po::value<Text>()->value_name("text|json"), "form of the result")       //
        ("progress", po::value<Text>()->value_name("auto|always|never"),
         "one line on standard error, rewritten with each check")                        //
        ("quiet,q", "print no result and no warning; the exit status shows the result")  //
        ("verbose,v", "report each check on standard error")                             //
        ("help,h", "print this help")                                                    //
        ("version,V", "print the version");
    return flags;
}

/// A flag whose value may be left out takes the next word otherwise, which is the device.
std::vector<std::string> with_value_of_lock(std::vector<std::string> arguments) {
    const auto end = std::find(arguments.begin(), arguments.end(), "--");
    std::replace(arguments.begin(), end, Text("--lock"), Text("--lock=yes"));
    return arguments;
}

/// Reads the command line into an Invocation, collecting all that is wrong with it.
class Reader {
  public:
    explicit Reader(std::vector<std::string> arguments)
        : line_(config::parse_command_line(with_value_of_lock(std::move(arguments)), option_table(),
                                           own_flags())) {}

    Invocation read() {
        read_output();
        read_action();
        const bool reads_nothing = result_.action == Action::help ||
                                   result_.action == Action::version ||
                                   result_.action == Action::sample_config;
        if (reads_nothing) return std::move(result_);
        result_.diagnostics = line_.errors;
        result_.quiet = has("quiet");
        result_.verbose = has("verbose");
        using terminal::ShowStatus;
        result_.progress = choice<ShowStatus>("progress", {{"auto", ShowStatus::automatic},
                                                           {"always", ShowStatus::always},
                                                           {"never", ShowStatus::never}})
                               .value_or(ShowStatus::automatic);
        result_.one_check = has("one-check");
        result_.explain = has("explain");
        read_devices();
        if (!result_.one_check) read_lock();
        read_wait();
        if (result_.one_check) limit_to_one_check();
        if (result_.explain) explain();
        const auto is_error = [](const auto& problem) {
            return problem.severity == config::Severity::error;
        };
        if (std::any_of(result_.diagnostics.begin(), result_.diagnostics.end(), is_error)) {
            result_.action = Action::refuse;
        }
        return std::move(result_);
    }

  private:
    void read_action() {
        const std::pair<const char*, Action> actions[] = {{"help", Action::help},
                                                          {"version", Action::version},
                                                          {"sample-config", Action::sample_config},
                                                          {"show-config", Action::show_config},
                                                          {"check-config", Action::check_config}};
        const auto* const wanted = std::find_if(std::begin(actions), std::end(actions),
                                                [&](const auto& one) { return has(one.first); });
        if (wanted != std::end(actions)) result_.action = wanted->second;
    }

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
        const bool wanted = result_.action == Action::wait;
        if (wanted && result_.devices.empty() && line_.errors.empty()) {
            refuse("", "usage", "no device is given; usage: diskwait [OPTIONS] DEVICE...");
        }
    }

    void read_lock() {
        const auto lock =
            choice<Lock>("lock", {{"yes", Lock::unless_command_locks}, {"force", Lock::force}});
        result_.lock = lock.value_or(Lock::none);
        if (result_.lock == Lock::none || result_.action != Action::wait) return;
        if (result_.command.empty()) {
            return refuse("lock", "usage",
                          "the lock lasts as long as COMMAND, and no COMMAND is given; add: -- "
                          "COMMAND [ARG...]");
        }
        if (result_.lock == Lock::force) return;
        const Text locking = find_locking_command(result_.command, command_context());
        if (locking.empty()) return;
        refuse("lock", "usage",
               "COMMAND runs \"" + locking +
                   "\", which waits until the lock is released, and the lock is held until COMMAND "
                   "ends; leave it out, or insist with --lock=force");
    }

    [[nodiscard]] CommandContext command_context() const {
        CommandContext context;
        const char* const variable = std::getenv("LOCK_BLOCK_DEVICE");
        if (variable != nullptr) context.environment["LOCK_BLOCK_DEVICE"] = variable;
        constexpr std::chrono::nanoseconds patience = std::chrono::seconds{2};
        const auto limit = std::min(time_to_read().value_or(patience), patience);
        context.is_locked = [devices = result_.devices, limit](const Text& path) {
            // What a dead file system has is no disk that COMMAND could lock.
            const auto found = std::make_shared<bool>(false);
            const bool in_time = terminal::done_in_background(
                [found, devices, path] {
                    *found = std::any_of(devices.begin(), devices.end(), [&](const auto& device) {
                        return loopingcall::device::is_lock_of_disk(path, device);
                    });
                },
                limit);
            return in_time && *found;
        };
        return context;
    }

    void read_wait() {
        if (!read_config()) return;
        const auto& problems = result_.config->diagnostics();
        result_.diagnostics.insert(result_.diagnostics.end(), problems.begin(), problems.end());
        result_.wait = wait_options(*result_.config);
        result_.wait.wait_for_device = has("wait-for-device");
        read_ignored_pids();
    }

    /// A person wants to know what there is now, unless the command line asks for a wait.
    void explain() {
        result_.wait.explain = true;
        const bool asks_to_wait =
            std::any_of(line_.options.begin(), line_.options.end(), [](const auto& option) {
                return option.key == "disk_partitioner.check_device_timeout" ||
                       option.key == "disk_partitioner.check_device_max_retries";
            });
        if (!asks_to_wait) result_.wait.check_device_timeout = loopingcall::Duration::zero();
    }

    void read_ignored_pids() {
        if (!has("ignore-pid")) return;
        for (const Text& text : line_.flags["ignore-pid"].as<std::vector<Text>>()) {
            pid_t pid = 0;
            const char* const end = text.data() + text.size();
            const auto [stop, error] = std::from_chars(text.data(), end, pid);
            if (error == std::errc{} && stop == end && pid > 0) {
                result_.wait.ignored_pids.push_back(pid);
            } else {
                refuse("ignore-pid", "bad_value",
                       '"' + text + "\" is not accepted: expected the id of a process");
            }
        }
    }

    /// Whatever else is on the command line: with a rule of sudo that allows any arguments after
    /// --one-check, a user can run nothing and read no file as root.
    void limit_to_one_check() {
        if (!result_.command.empty()) refuse("one-check", "usage", "COMMAND is not accepted");
        if (result_.devices.size() > 1) refuse("one-check", "usage", "expected one device");
        if (has("explain")) refuse("one-check", "usage", "--explain is not accepted");
        if (has("lock")) refuse("one-check", "usage", "--lock is not accepted");
        if (!line_.files.empty()) {
            refuse("one-check", "usage", "--config-file and --config-dir are not accepted");
        }
        result_.output = Output::json;
        device::WaitOptions& wait = result_.wait;
        wait.check_device_timeout = loopingcall::Duration::zero();
        wait.check_device_quiet = loopingcall::Duration::zero();
        wait.check_device_early_wake = false;
        wait.wait_for_device = false;
        wait.root_helper.clear();
    }

    /// Looking for files and reading them takes as long as a FIFO has no writer, or a file system
    /// does not answer.
    /// @return whether it was done in time.
    bool read_config() {
        auto loaded = std::make_shared<std::optional<config::Config>>();
        const bool in_time = terminal::done_in_background(
            [loaded, line = line_, strict = has("strict"), one_check = result_.one_check] {
                config::Sources sources =
                    one_check ? config::Sources{.environment = nullptr, .flags = line.options}
                              : config::sources_of(line, "diskwait", "diskwait");
                sources.strict = strict;
                if (strict) sources.flags.push_back({strict_key, "--strict", "true"});
                *loaded = config::Config::load(option_table(), std::move(sources));
            },
            time_to_read());
        if (in_time) {
            result_.config = std::move(*loaded);
            return true;
        }
        refuse("timeout", unreadable_file,
               "the configuration files were not read within this time; is one of them a FIFO, or "
               "on a file system that does not answer?");
        return false;
    }

    /// By flag or environment: what a file says of it is not known yet. A wait that is to be one
    /// check has the time of a check.
    [[nodiscard]] std::optional<std::chrono::nanoseconds> time_to_read() const {
        using std::chrono::nanoseconds;
        const auto known = config::Config::load(option_table(), {.flags = line_.options});
        const auto limit = known.get<nanoseconds>("disk_partitioner.check_device_timeout");
        if (limit == nanoseconds::max()) return std::nullopt;
        constexpr std::chrono::seconds least{1};  // a busy machine may be slower than a short limit
        if (limit.count() > 0) return std::max<nanoseconds>(limit, least);
        return known.get<nanoseconds>("disk_partitioner.check_device_probe_timeout");
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

po::options_description all_flags() { return config::all_flags(option_table(), own_flags()); }

void print_help(std::ostream& stream) {
    stream
        << "Usage: diskwait [OPTIONS] DEVICE... [-- COMMAND [ARG...]]\n"
           "Waits until nothing uses the devices; then runs COMMAND, if given.\n"
           "A DEVICE is a block device, a file, a directory, or a mount point: that is free when\n"
           "nothing uses the file system mounted there, so that umount succeeds.\n\n"
        << all_flags()
        << "\nEach option of the wait is a key in files of oslo's form, an environment variable,\n"
           "and a flag with its full name:\n"
           "  [disk_partitioner]\n"
           "  check_device_interval = 1\n"
           "  OS_DISK_PARTITIONER__CHECK_DEVICE_INTERVAL=1\n"
           "  --disk_partitioner-check_device_interval 1\n"
           "\nExit status:\n"
           "  0    every device is free\n"
           "  1    a device was still in use when the checks or the time ran out\n"
           "  2    the command line or a configuration file is wrong\n"
           "  3    a state is unknown: no such device, fuser missing, hung or killed; or\n"
           "       standard output is full or closed\n"
           "  126  COMMAND was found but could not be run; 127 COMMAND was not found\n"
           "  128+n  ended by signal n\n";
}

}  // namespace diskwait
