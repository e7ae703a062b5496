#pragma once

#include <sys/types.h>

#include <loopingcall/process/command.hpp>
#include <string>
#include <vector>

namespace loopingcall::process::detail {

/// What a child is to find as its standard streams.
struct Streams {
    int input;
    int output;
    int error;
};

/// The program that is run for `command`, and its arguments: behind the root helper, if one is
/// needed.
std::vector<std::string> arguments_of(const Command& command);

/// Starts a child. It has these streams and no other descriptor of this process, the default signal
/// mask and dispositions.
///
/// With `posix_spawn`, whose cost does not grow with the memory of this process, as that of `fork`
/// does (45 ms on the event loop at 1 GB), and which reports a failed exec as an error, while the
/// child that Boost.Process 1.81 forks runs this process's atexit handlers. Whatever can fail is
/// done here rather than in the child, since posix_spawn tells one errno for all that happens
/// there.
/// @throws LaunchError
pid_t spawn(const Command& command, const Streams& streams);

}  // namespace loopingcall::process::detail
