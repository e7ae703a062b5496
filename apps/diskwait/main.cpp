// diskwait: waits until nothing uses a device. Options in, wait, report out: no logic of its own.
#include <unistd.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <iostream>
#include <loopingcall/config/sample.hpp>
#include <loopingcall/config/show.hpp>
#include <loopingcall/device/lock_when_free.hpp>
#include <loopingcall/device/printable.hpp>
#include <loopingcall/process/signal_state.hpp>
#include <memory>
#include <optional>

#include "flags.hpp"
#include "hangup.hpp"
#include "inherited_use.hpp"
#include "invocation.hpp"
#include "option_table.hpp"
#include "progress.hpp"
#include "result.hpp"
#include "run_child.hpp"
#include "state_colour.hpp"
#include "terminal/background.hpp"
#include "terminal/interrupt.hpp"
#include "terminal/standard_streams.hpp"
#include "tree_text.hpp"

namespace diskwait {
namespace {

namespace config = loopingcall::config;
namespace device = loopingcall::device;
namespace process = loopingcall::process;

int exit_code_of(device::State state) {
    switch (state) {
        case device::State::free:
            return exit_free;
        case device::State::busy:
            return exit_busy;
        case device::State::unknown:
            break;
    }
    return exit_unknown;
}

Result refusal(const Invocation& invocation) {
    Result result{.name = "usage_error", .exit_code = exit_usage};
    for (const auto& problem : invocation.diagnostics) {
        if (problem.severity != config::Severity::error) continue;
        result.errors.push_back(problem);
        const bool is_of_file = !problem.location.file.empty() || problem.code == unreadable_file;
        if (is_of_file) result.name = "config_error";
    }
    return result;
}

/// Held from the end of the wait until COMMAND has ended.
using Locks = std::vector<device::WholeDiskLock>;

/// So that root_helper runs this version, and by the path that sudoers(5) asks for.
std::string own_program() {
    std::error_code error;
    const auto program = std::filesystem::read_symlink("/proc/self/exe", error);
    return error ? std::string() : program.string();
}

Result wait(const Invocation& invocation, Locks& locks) {
    boost::asio::io_context context;
    terminal::Interrupt interrupt(context, {SIGINT, SIGTERM, SIGQUIT});
    Progress progress(invocation);
    device::WaitOptions options = invocation.wait;
    options.on_check = [&](const device::Check& check) {
        const terminal::WhileStalled stalled(interrupt);
        progress.show(check);
    };
    if (const auto program = own_program(); !program.empty()) {
        options.root_helper_program = {program};
    }
    options.control = std::make_shared<device::WaitControl>();
    device::WaitOptions before = options;
    const Hangup hangup(
        context, *invocation.config, invocation.quiet,
        [&, control = options.control](const config::Config& settings) {
            const device::WaitOptions now = wait_options(settings);
            const bool is_same = now.check_device_interval == before.check_device_interval &&
                                 now.check_device_max_retries == before.check_device_max_retries;
            if (is_same) return;  // restarting the interval would put the next check off
            before = now;
            control->set_limits(now.check_device_interval, now.check_device_max_retries);
        });
    std::exception_ptr error;
    Result result;
    result.one_check = invocation.one_check;
    result.explain = invocation.explain;
    const auto begun = std::chrono::steady_clock::now();
    const auto finish = [&](std::exception_ptr thrown, std::vector<device::WaitResult> devices) {
        error = std::move(thrown);
        result.devices = std::move(devices);
        interrupt.disarm();
        context.stop();  // not waiting for a fuser that cannot be killed
    };
    if (invocation.lock == Lock::none) {
        device::async_wait_until_free(
            context.get_executor(), invocation.devices, std::move(options),
            boost::asio::bind_cancellation_slot(interrupt.slot(), finish));
    } else {
        device::async_lock_when_free(
            context.get_executor(), invocation.devices, std::move(options),
            boost::asio::bind_cancellation_slot(
                interrupt.slot(), [&](std::exception_ptr thrown, device::LockedWait locked) {
                    locks = std::move(locked.locks);
                    finish(std::move(thrown), std::move(locked.results));
                }));
    }
    context.run();
    result.elapsed = std::chrono::steady_clock::now() - begun;
    hangup.discard_pending();
    if (const int signal = interrupt.let_through()) {
        result.name = "interrupted";
        result.exit_code = 128 + signal;
        return result;
    }
    if (error) std::rethrow_exception(error);
    const device::State worst = device::worst_state(result.devices);
    result.name = device::to_string(worst);
    result.exit_code = exit_code_of(worst);
    return result;
}

/// Standard output is the result alone; it belongs to COMMAND if there is one.
void print(const Result& result, const Invocation& invocation) {
    if (invocation.output == Output::json) {
        std::cout << to_json(result) << std::endl;
        return;
    }
    if (invocation.quiet) return;
    for (const auto& wait : result.devices) {
        // Redirecting to /dev/null must not hide why a state is unknown.
        const bool is_answer =
            invocation.command.empty() && wait.report.state != device::State::unknown;
        const int descriptor = is_answer ? STDOUT_FILENO : STDERR_FILENO;
        std::ostream& stream = is_answer ? std::cout : std::cerr;
        stream << coloured(device::describe(wait), wait.report, descriptor) << '\n';
        if (invocation.explain && !wait.report.tree.empty()) {
            stream << tree_text(wait.report.tree.front(), form_of_tree(descriptor));
        }
        if (!wait.report.advice.empty()) stream << "advice: " << wait.report.advice << '\n';
    }
    std::cout.flush();
}

void print_diagnostics(const Invocation& invocation) {
    for (const auto& problem : invocation.diagnostics) {
        const bool is_warning = problem.severity == config::Severity::warning;
        if (!is_warning || !invocation.quiet) std::cerr << "diskwait: " << problem << '\n';
    }
    if (invocation.action == Action::refuse) {
        std::cerr << "diskwait: try \"diskwait --help\"\n";
    }
}

void warn_of_inherited_uses(const Invocation& invocation) {
    if (invocation.quiet) return;
    for (const std::string& use : inherited_uses(invocation.devices)) {
        std::cerr << "diskwait: warning: " << use << '\n';
    }
}

void print_config(const Invocation& invocation) {
    if (invocation.output == Output::json) {
        std::cout << to_json(*invocation.config) << '\n';
    } else if (invocation.action == Action::show_config) {
        config::show(*invocation.config, std::cout);
    } else if (!invocation.quiet) {
        std::cout << "the configuration is valid\n";
    }
}

/// Becomes COMMAND. Returns only if that cannot be, with the exit status that env(1) would give.
/// Signals that came since the wait ended are pending: the first one ends us before COMMAND begins.
int execute(const std::vector<std::string>& command, const process::SignalState& inherited) {
    std::vector<char*> arguments;
    for (const std::string& argument : command) {
        arguments.push_back(const_cast<char*>(argument.c_str()));  // NOLINT: execvp's old signature
    }
    arguments.push_back(nullptr);
    inherited.apply();
    ::execvp(arguments.front(), arguments.data());
    const int error = errno;
    std::cerr << "diskwait: cannot run " << device::printable(command.front()) << ": "
              << std::strerror(error) << '\n';
    return error == ENOENT ? 127 : 126;
}

int run(const Invocation& invocation, const process::SignalState& inherited) {
    switch (invocation.action) {
        case Action::help:
            print_help(std::cout);
            return exit_free;
        case Action::version:
            std::cout << "diskwait " DISKWAIT_VERSION "\n";
            return exit_free;
        case Action::sample_config:
            config::write_sample(option_table(), "diskwait", std::cout);
            return exit_free;
        default:
            break;
    }
    print_diagnostics(invocation);
    if (invocation.action == Action::show_config || invocation.action == Action::check_config) {
        print_config(invocation);
        return exit_free;
    }
    const bool refused = invocation.action == Action::refuse;
    Locks locks;
    const Result result = refused ? refusal(invocation) : wait(invocation, locks);
    print(result, invocation);
    if (!terminal::output_arrived("diskwait")) return exit_unknown;
    if (result.exit_code != exit_free || invocation.command.empty()) return result.exit_code;
    warn_of_inherited_uses(invocation);
    if (invocation.lock == Lock::none) return execute(invocation.command, inherited);
    HeldSignals signals;  // until now they end this program; from here on they are COMMAND's
    return run_child(invocation.command, inherited, signals);
}

}  // namespace
}  // namespace diskwait

int main(int count, char** arguments) {
    const auto inherited = loopingcall::process::SignalState::current();
    std::signal(SIGCHLD, SIG_DFL);  // ignored by the parent, it would take the status of children
    terminal::occupy_closed_streams();
    try {
        int code =
            diskwait::run(diskwait::read_invocation({arguments + 1, arguments + count}), inherited);
        const bool is_reported = code == diskwait::exit_unknown;
        if (!is_reported && !terminal::output_arrived("diskwait")) code = diskwait::exit_unknown;
        terminal::exit_if_left_behind(code);
        return code;
    } catch (const std::exception& error) {
        std::cerr << "diskwait: " << error.what() << '\n';
        return diskwait::exit_unknown;
    }
}
