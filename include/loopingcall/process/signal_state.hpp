#pragma once

#include <signal.h>

#include <loopingcall/export.hpp>

namespace loopingcall::process {

/// What a program inherits of the signal settings of the process that starts it: the ignored
/// signals and the blocked ones.
///
/// `nohup`, `trap ''` and `env --ignore-signal` rely on this inheritance. A program that runs other
/// programs reads the state first of all in `main()`, before it installs handlers of its own. It
/// passes the state on by `ExecuteOptions::signals`, or by apply() just before `exec`.
struct SignalState {
    /// The state of a fresh process: no signal is ignored, none is blocked.
    SignalState() noexcept {
        ::sigemptyset(&ignored);
        ::sigemptyset(&blocked);
    }

    /// Reads the ignored signals of this process and the mask of this thread.
    LOOPINGCALL_EXPORT static SignalState current() noexcept;

    /// Makes this process ignore what `ignored` holds, gives every other signal its default
    /// disposition, then sets the mask of this thread.
    ///
    /// For a program that replaces itself by `exec`. A signal that was pending while it was blocked
    /// takes effect when the mask is set: with the default disposition, it ends this process.
    LOOPINGCALL_EXPORT void apply() const noexcept;

    sigset_t ignored;
    sigset_t blocked;
};

}  // namespace loopingcall::process
