#pragma once

#include <csignal>
#include <loopingcall/process/signal_state.hpp>
#include <string>
#include <vector>

namespace diskwait {

/// Holds signals back from its construction on: they stay pending, and none is lost between the end
/// of a wait and the start of COMMAND.
class HeldSignals {
  public:
    HeldSignals();
    ~HeldSignals();
    HeldSignals(const HeldSignals&) = delete;
    HeldSignals& operator=(const HeldSignals&) = delete;

    /// Waits for the end of a child and passes on to it what comes meanwhile, except what the
    /// terminal sends to both.
    /// @return its status, as waitpid() gives it.
    int pass_on_until_end(pid_t child);

  private:
    void pass_on_pending(pid_t child);

    sigset_t held_{};
    sigset_t before_{};
};

/// Runs COMMAND as a child that shares the process group, the streams and the terminal, and returns
/// its exit status, or 128 + n if signal n ended it; 126 or 127 if it cannot be run. If diskwait
/// itself is killed, COMMAND gets SIGTERM: the lock that it relies on is gone.
/// @param inherited  what COMMAND is to inherit.
int run_child(const std::vector<std::string>& command,
              const loopingcall::process::SignalState& inherited, HeldSignals& signals);

}  // namespace diskwait
