#include "verdict.hpp"

#include <algorithm>
#include <boost/asio/error.hpp>

#include "process/launch/launch.hpp"

namespace loopingcall::process::detail {

namespace {

std::string list(const std::vector<int>& codes) {
    std::string text;
    for (const int code : codes) text += (text.empty() ? "" : ", ") + std::to_string(code);
    return text;
}

std::string in_milliseconds(std::chrono::nanoseconds time) {
    using std::chrono::milliseconds;
    return std::to_string(std::chrono::duration_cast<milliseconds>(time).count()) + " ms";
}

void add_cut(std::string& text, const char* output, std::uint64_t bytes, std::size_t kept) {
    if (bytes <= kept) return;
    text += std::string(text.empty() ? "" : ", ") + output + " has " + std::to_string(bytes) +
            " bytes, of which " + std::to_string(kept) + " were kept";
}

}  // namespace

std::string what_is_missing(const ExecuteResult& result) {
    std::string text;
    add_cut(text, "standard output", result.standard_output_bytes, result.standard_output.size());
    add_cut(text, "standard error", result.standard_error_bytes, result.standard_error.size());
    if (!result.output_open) return text;
    return text + (text.empty() ? "" : ", ") +
           "a process that the command left running still holds an output open, and what it writes "
           "is missing";
}

boost::system::error_code judge_end(const WaitStatus& status, const std::vector<int>& expected) {
    if (!status.known()) return errc::status_unknown;
    if (expected.empty()) return {};
    if (status.killed()) return errc::killed;
    const bool success =
        std::find(expected.begin(), expected.end(), status.exit_code()) != expected.end();
    return success ? boost::system::error_code{} : errc::unexpected_exit_code;
}

bool is_worth_another_attempt(boost::system::error_code error) {
    return error == errc::killed || error == errc::unexpected_exit_code || is_temporary(error);
}

std::string name_of(const Command& command) {
    if (command.argv.empty()) return "a command";
    const std::vector<std::string> arguments = arguments_of(command);
    const std::size_t helpers = arguments.size() - command.argv.size();
    std::string name;
    for (std::size_t i = 0; i < helpers; ++i) name += arguments[i] + ' ';
    return name + command.argv.front();
}

std::string failure_message(boost::system::error_code error, const Command& command,
                            const ExecuteOptions& options, const ExecuteResult& result,
                            bool ended) {
    if (!error) return {};
    const std::string name = name_of(command);
    const WaitStatus& status = result.status;
    const std::string end =
        ended ? to_string(status)
              : "it is still there after SIGKILL and will be reaped in the background";
    if (error == errc::timed_out) {
        return name + " did not end within " + in_milliseconds(*options.timeout) + ": " + end;
    }
    if (error == asio::error::operation_aborted) return name + " was cancelled: " + end;
    if (error == errc::killed || error == errc::unexpected_exit_code) {
        return name + ' ' + end + ", not with " + list(options.check_exit_code);
    }
    if (error == errc::output_cut) return name + ": " + what_is_missing(result);
    return name + ": " + error.message();
}

}  // namespace loopingcall::process::detail
