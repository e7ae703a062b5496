// loopingcall: runs a command at an interval until it succeeds.
#include <boost/json/object.hpp>
#include <csignal>
#include <iostream>
#include <loopingcall/process/background.hpp>
#include <loopingcall/process/signal_state.hpp>

#include "loopingcall/invocation.hpp"
#include "loopingcall/repetition.hpp"
#include "terminal/background.hpp"
#include "terminal/json_text.hpp"
#include "terminal/standard_streams.hpp"

namespace repeat {
namespace {

using loopingcall::StopReason;

/// How it ended, for every form of output.
struct Result {
    std::string name;
    int exit_code = 0;
    std::string problem = {};  ///< what is missing, or wrong with the input
    bool is_output_whole = true;
};

Result result_of(const Conclusion& conclusion) {
    const Call& last = conclusion.last;
    const StopReason reason = conclusion.outcome.reason;
    Result result{.name = last.exit_code == 0 ? "done" : "failed", .exit_code = last.exit_code};
    if (reason != StopReason::done) result.name = to_string(reason);
    if (reason == StopReason::timed_out) result.exit_code = timed_out;
    result.problem = missing_output(last);
    result.is_output_whole = !last.is_cut();
    if (!result.is_output_whole && result.exit_code == 0) {
        result = {"failed", refused, result.problem, false};
    }
    if (conclusion.signal != 0) {
        result.name = "interrupted";
        result.exit_code = 128 + conclusion.signal;
    }
    if (!conclusion.error.empty()) result = {"usage_error", refused, conclusion.error, false};
    return result;
}

/// How the last call ended.
std::string text_of(const Conclusion& conclusion) {
    if (!conclusion.error.empty()) return conclusion.error;
    const bool is_by_signal = conclusion.signal != 0 && conclusion.last.is_aborted;
    return is_by_signal ? "was ended by the signal" : conclusion.last.text;
}

void print_json(const Conclusion& conclusion, const Result& result) {
    const auto& last = conclusion.last.result;
    std::cout << terminal::json_text(
                     {{"schema", "loopingcall/1"},
                      {"result", result.name},
                      {"exit_code", result.exit_code},
                      {"elapsed_seconds", terminal::json_seconds(conclusion.elapsed)},
                      {"calls", conclusion.outcome.stats.runs},
                      {"message", text_of(conclusion)},
                      {"truncated", last.truncated},
                      {"standard_output_bytes", last.standard_output_bytes},
                      {"standard_error_bytes", last.standard_error_bytes},
                      {"standard_output", last.standard_output},
                      {"standard_error", last.standard_error}})
              << std::endl;
}

void print(const Invocation& invocation, const Conclusion& conclusion, const Result& result) {
    if (invocation.json) {
        print_json(conclusion, result);
    } else if (result.is_output_whole) {
        std::cout << conclusion.last.result.standard_output << std::flush;
    }
    const std::string begin = "loopingcall: " + invocation.command.front() + ": ";
    const bool is_error = !result.is_output_whole;
    if (!conclusion.error.empty()) {
        std::cerr << "loopingcall: " << conclusion.error << '\n';
        return;
    }
    if (!result.problem.empty() && (is_error || !invocation.quiet)) {
        std::cerr << begin << result.problem << '\n';
    }
    const bool is_good = result.exit_code == 0 && !invocation.verbose;
    if (invocation.json || invocation.quiet || is_good) return;
    const auto calls = conclusion.outcome.stats.runs;
    std::cerr << begin << result.name << " after " << calls << (calls == 1 ? " call" : " calls")
              << "; the last one " << text_of(conclusion) << '\n';
}

int run(const Invocation& invocation, const loopingcall::process::SignalState& inherited) {
    const Conclusion conclusion = Repetition(invocation, inherited).run();
    const Result result = result_of(conclusion);
    print(invocation, conclusion, result);
    return result.exit_code;
}

}  // namespace
}  // namespace repeat

int main(int count, char** arguments) {
    const auto inherited = loopingcall::process::SignalState::current();
    std::signal(SIGCHLD, SIG_DFL);  // ignored by the parent, it would take the status of children
    terminal::occupy_closed_streams();
    try {
        const auto invocation = repeat::read_invocation({arguments + 1, arguments + count});
        int code =
            invocation.exit_code ? *invocation.exit_code : repeat::run(invocation, inherited);
        if (!terminal::output_arrived("loopingcall")) code = repeat::refused;
        inherited.apply();
        (void)loopingcall::process::leave_open_outputs_to_a_process();
        terminal::exit_if_left_behind(code);
        return code;
    } catch (const std::exception& error) {
        std::cerr << "loopingcall: " << error.what() << '\n';
        return repeat::refused;
    }
}
