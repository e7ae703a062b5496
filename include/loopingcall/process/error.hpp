#pragma once

#include <boost/system/error_code.hpp>
#include <boost/system/error_condition.hpp>
#include <loopingcall/export.hpp>
#include <type_traits>

namespace loopingcall::process {

/// Why a command has no result to rely on. Category name: `loopingcall.process`.
/// `ExecuteResult::message` names the program and the step.
///
/// A cancelled command completes with `asio::error::operation_aborted`, as everything in Asio does.
/// Where the C++ standard has a name for the condition, such as `no_such_file_or_directory` or
/// `timed_out`, an error compares equal to it.
enum class errc {
    /// The program was not found, in PATH or at the path given.
    not_found = 1,
    /// The file exists, but may not or cannot be executed, or its interpreter is missing.
    not_executable,
    /// `Command::working_directory` cannot be entered.
    bad_working_directory,
    /// EMFILE or ENFILE: this process or the system has no file descriptor left.
    out_of_descriptors,
    /// EAGAIN: no further process may be started.
    out_of_processes,
    /// ENOMEM.
    out_of_memory,
    /// The system refused for another reason; see the message.
    cannot_start,
    /// `ExecuteOptions::timeout` was reached; the child received the end signal, then SIGKILL.
    timed_out,
    /// A signal ended the child, and `ExecuteOptions::check_exit_code` asked for an exit.
    killed,
    /// The child exited with a code that `ExecuteOptions::check_exit_code` does not list.
    unexpected_exit_code,
    /// An output is not whole, and `ExecuteOptions::allow_truncated` is false.
    output_cut,
    /// The child ended, but other code reaped it: how it ended is unknown. A host that ignores
    /// SIGCHLD, or calls waitpid(-1), causes this.
    status_unknown,
    /// ETXTBSY: a process is writing to the program file.
    program_busy,
    /// The input is longer than this process may make a file (RLIMIT_FSIZE, `ulimit -f`).
    input_too_long,
};

/// The category of `errc`.
LOOPINGCALL_EXPORT const boost::system::error_category& category() noexcept;

/// Found by argument-dependent look-up, so that an `errc` converts to an `error_code`.
LOOPINGCALL_EXPORT boost::system::error_code make_error_code(errc value) noexcept;

/// Whether a command was not started for a reason that may pass: no descriptor, no process or no
/// memory is left, or a process is writing to the program file. Another attempt may succeed.
LOOPINGCALL_EXPORT bool is_temporary(const boost::system::error_code& error) noexcept;

/// What an `errno` of starting a child means.
LOOPINGCALL_EXPORT errc from_errno(int error) noexcept;

}  // namespace loopingcall::process

/// @cond
template <>
struct boost::system::is_error_code_enum<loopingcall::process::errc> : std::true_type {};
/// @endcond
