#pragma once

#include <boost/system/error_code.hpp>
#include <type_traits>

namespace loopingcall::process {

/// Why a command gave no result to rely on. Category name: `loopingcall.process`.
/// `ExecuteResult::message` names the program and the step.
enum class errc {
    /// There is no such program, in PATH or at the path given.
    not_found = 1,
    /// The file is there, but may not be executed, or is no program.
    not_executable,
    /// `Command::working_directory` cannot be entered.
    bad_working_directory,
    /// EMFILE or ENFILE: this process or the system has no file descriptor left.
    out_of_descriptors,
    /// EAGAIN: no further process may be started.
    out_of_processes,
    /// ENOMEM.
    out_of_memory,
    /// The system refused for another reason, which the message tells.
    cannot_start,
    /// `ExecuteOptions::timeout` was reached; the child was told to end, then killed.
    timed_out,
    /// The child ended, but somebody else reaped it: how it ended is not known. A host that ignores
    /// SIGCHLD, or calls waitpid(-1), causes this.
    status_unknown,
};

/// The category of `errc`.
const boost::system::error_category& category() noexcept;

/// Found by argument-dependent look-up, so that an `errc` converts to an `error_code`.
boost::system::error_code make_error_code(errc value) noexcept;

/// What an `errno` of starting a child means.
errc from_errno(int error) noexcept;

}  // namespace loopingcall::process

template <>
struct boost::system::is_error_code_enum<loopingcall::process::errc> : std::true_type {};
