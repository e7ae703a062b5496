#include "loopingcall/call.hpp"

#include <boost/asio/error.hpp>
#include <utility>

namespace repeat {

namespace process = loopingcall::process;

namespace {

int exit_code_of(boost::system::error_code error, const process::WaitStatus& status) {
    if (error == process::errc::timed_out) return timed_out;
    if (status.exited()) return status.exit_code();
    if (status.killed()) return 128 + status.signal();
    if (error == process::errc::not_found) return not_found;
    if (error == process::errc::not_executable) return not_executable;
    return refused;
}

std::string cut(const char* output, std::size_t kept, std::uint64_t bytes) {
    if (bytes <= kept) return {};
    return std::string(output) + " was cut: " + std::to_string(bytes) + " bytes came, and " +
           std::to_string(kept) + " are kept; --output-mode stream has no limit";
}

}  // namespace

bool Call::is_cut() const {
    return result.standard_output_bytes > result.standard_output.size() ||
           result.standard_error_bytes > result.standard_error.size();
}

Call call_of(boost::system::error_code error, process::ExecuteResult result,
             const RetryRule& rule) {
    if (error == boost::asio::error::operation_aborted) return {.result = std::move(result)};
    Call call{.exit_code = exit_code_of(error, result.status), .is_aborted = false};
    const bool has_ended = result.status.exited() || result.status.killed();
    const bool is_late = error == process::errc::timed_out;
    if (!is_late) call.text = has_ended ? to_string(result.status) : result.message;
    call.is_final =
        has_ended || is_late ? rule.is_final(call.exit_code) : !process::is_temporary(error);
    call.result = std::move(result);
    return call;
}

std::string missing_output(const Call& call) {
    const auto& result = call.result;
    std::string text =
        cut("standard output", result.standard_output.size(), result.standard_output_bytes);
    if (text.empty()) {
        text = cut("standard error", result.standard_error.size(), result.standard_error_bytes);
    }
    if (text.empty() && result.output_open) {
        text =
            "a process that it has left behind still has its output open, and what that writes is "
            "missing; --wait-output waits for it";
    }
    return text;
}

}  // namespace repeat
