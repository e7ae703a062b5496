#include "invocation.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdlib>
#include <loopingcall/config/command_line.hpp>
#include <loopingcall/device/whole_disk_lock.hpp>
#include <map>
#include <memory>
#include <optional>
#include <utility>

#include "flags.hpp"
#include "locking_command.hpp"
#include "option_table.hpp"
#include "read_config.hpp"
#include "terminal/background.hpp"

namespace diskwait {

namespace {

namespace config = loopingcall::config;
namespace device = loopingcall::device;
using Text = std::string;

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
        const auto limit = std::min(time_to_read(line_).value_or(patience), patience);
        context.is_locked = [devices = result_.devices, limit](const Text& path) {
            // COMMAND could not lock a disk of a dead file system.
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
        if (!load_config()) return;
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
                       "invalid value \"" + text + "\": expected the id of a process");
            }
        }
    }

    /// Whatever else is on the command line: with a rule of sudo that allows any arguments after
    /// --one-check, a user can run nothing and read no file as root.
    void limit_to_one_check() {
        if (!result_.command.empty()) refuse("one-check", "usage", "runs no COMMAND; leave it out");
        if (result_.devices.size() > 1)
            refuse("one-check", "usage", "checks one device; name only one");
        if (has("explain")) refuse("one-check", "usage", "cannot be used with --explain");
        if (has("lock")) refuse("one-check", "usage", "cannot be used with --lock");
        if (!line_.files.empty()) {
            refuse("one-check", "usage",
                   "reads no files; leave out --config-file and --config-dir");
        }
        result_.output = Output::json;
        device::WaitOptions& wait = result_.wait;
        wait.check_device_timeout = loopingcall::Duration::zero();
        wait.check_device_quiet = loopingcall::Duration::zero();
        wait.check_device_early_wake = false;
        wait.wait_for_device = false;
        wait.root_helper.clear();
    }

    bool load_config() {
        result_.config = read_config(line_, has("strict"), result_.one_check);
        if (result_.config) return true;
        refuse("timeout", unreadable_file,
               "the configuration files were not read within this time; is one of them a FIFO, or "
               "on a file system that does not answer?");
        return false;
    }

    [[nodiscard]] bool has(const char* flag) const { return line_.flags.count(flag) != 0; }

    template <class Choice>
    std::optional<Choice> choice(const char* flag, const std::map<Text, Choice>& choices) {
        if (!has(flag)) return std::nullopt;
        const Text& text = line_.flags[flag].as<Text>();
        if (const auto found = choices.find(text); found != choices.end()) return found->second;
        Text accepted;
        for (const auto& [name, value] : choices) accepted += (accepted.empty() ? "" : ", ") + name;
        refuse(flag, "bad_value", "invalid value \"" + text + "\": expected one of " + accepted);
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

}  // namespace diskwait
