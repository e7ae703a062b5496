#pragma once

#include <loopingcall/export.hpp>

namespace loopingcall::process {

/// Lets this process exit although something that a command left running still writes to an output
/// of the command.
///
/// When an async_execute() completes while an output is still open, a thread in the background
/// reads and drops what is written later: a service that the command started neither blocks nor
/// gets SIGPIPE. The thread ends with this process. So a program calls this function last of all,
/// after its own output is written: if such an output is open, a process is forked that reads it to
/// its end, in a session of its own, without the standard streams of this process.
///
/// @return whether there was no such output or the process was started.
/// @par Thread safety  any thread. No async_execute() may be in progress.
LOOPINGCALL_EXPORT bool leave_open_outputs_to_a_process() noexcept;

}  // namespace loopingcall::process
