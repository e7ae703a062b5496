#pragma once

#include <signal.h>

namespace loopingcall::process::detail {

/// What a child is to do between its birth and its program, and what became of it.
///
/// The child shares our memory until it has executed its program, and runs at the same time as we
/// do. So everything here is prepared before, and is left alone until the child is out of it. What
/// may hang, such as a directory of PATH on a dead file system, hangs the child alone, which can be
/// killed.
struct ChildPlan {
    /// What the child was doing when it had to give up.
    enum class Step { none, streams, working_directory, find, execute, interpreter, shell };

    const char* const* programs = nullptr;  ///< what may be executed, in this order; ends with null
    bool is_searched = false;               ///< whether these are places of PATH
    const char* const* arguments = nullptr;
    const char** shell_arguments = nullptr;  ///< of /bin/sh; the second is set when it is known
    const char* const* environment = nullptr;
    const char* working_directory = nullptr;
    int input = -1;
    int output = -1;
    int error_output = -1;
    int highest_descriptor = 0;  ///< that may be open
    bool own_group = false;
    sigset_t ignored{};
    sigset_t blocked{};
    sigset_t blocked_at_first{};

    Step failed_step = Step::none;
    int failed_error = 0;
    const char* failed_program = nullptr;
};

/// The life of the child: executes the program, or sets the failure and exits with 127. To be given
/// to clone(2).
int run_child(void* plan);

}  // namespace loopingcall::process::detail
