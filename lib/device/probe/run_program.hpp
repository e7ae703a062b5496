#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/system/error_code.hpp>
#include <cstddef>
#include <loopingcall/duration.hpp>
#include <loopingcall/process/execute.hpp>
#include <string>
#include <vector>

namespace loopingcall::device::detail {

namespace asio = boost::asio;

/// The end of a program that was asked about a device.
struct ProgramRun {
    boost::system::error_code error = {};  ///< set unless it ended with its whole output
    process::ExecuteResult result = {};
};

/// Runs a program in the C locale, whose output is read by a program.
/// @param max_output  of each stream; a longer output is an error.
/// @throws boost::system::system_error  only with `operation_aborted`, if cancelled.
asio::awaitable<ProgramRun> run_program(std::vector<std::string> argv, Duration time_limit,
                                        std::size_t max_output);

}  // namespace loopingcall::device::detail
