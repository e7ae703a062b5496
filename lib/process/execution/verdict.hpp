#pragma once

#include <boost/system/error_code.hpp>
#include <loopingcall/process/execute.hpp>
#include <string>
#include <vector>

namespace loopingcall::process::detail {

// What the end of a child means, in codes and in words. Pure functions.

/// @param expected  the exit codes that mean success; empty: any end.
boost::system::error_code judge_end(const WaitStatus& status, const std::vector<int>& expected);

/// Whether another attempt may bring what this one did not.
bool is_worth_another_attempt(boost::system::error_code error);

/// The program, behind the root helper if one is needed.
std::string name_of(const Command& command);

/// In words, why a child that was started gave no result to rely on. Empty without an error.
/// @param ended  whether the child is known to have ended.
std::string failure_message(boost::system::error_code error, const Command& command,
                            const ExecuteOptions& options, const ExecuteResult& result, bool ended);

/// In words, what is missing of a truncated output.
std::string what_is_missing(const ExecuteResult& result);

}  // namespace loopingcall::process::detail
