#pragma once

#include <boost/system/error_code.hpp>
#include <loopingcall/process/execute.hpp>
#include <string>

#include "loopingcall/exit_codes.hpp"
#include "loopingcall/invocation.hpp"

namespace repeat {

/// How a call ended. Until that is known, it did not in time.
struct Call {
    loopingcall::process::ExecuteResult result = {};
    int exit_code = timed_out;
    std::string text = "was ended: it took too long";
    /// Whether it was ended with the whole run, by a signal or --timeout.
    bool is_aborted = true;
    bool is_final = false;

    /// Whether more was said than is kept of it.
    [[nodiscard]] bool is_cut() const;
};

/// What a result means. A pure function.
[[nodiscard]] Call call_of(boost::system::error_code error,
                           loopingcall::process::ExecuteResult result, const RetryRule& rule);

/// What is missing of a call's outputs, as a sentence; nothing if all is there.
[[nodiscard]] std::string missing_output(const Call& call);

}  // namespace repeat
