#pragma once

#include <loopingcall/export.hpp>
#include <memory>

namespace loopingcall::process {

namespace detail {
class SignalRelay;
}  // namespace detail

/// Sends signals to the child of an async_execute(), as the command's process group if it has one.
///
/// A copy is put into `ExecuteOptions::signal_sender`. A signal reaches the child of the attempt
/// that runs, and never a process that has taken its pid after its end. Copies share one target:
/// the async_execute() that was started last with one of them.
///
/// @par Thread safety  signal() may be called from any thread, not from a signal handler.
class LOOPINGCALL_EXPORT SignalSender {
  public:
    SignalSender();

    /// Sends a signal such as SIGUSR1, from the strand of the operation. No effect while no child
    /// runs. The operation does not end by this, unless the child does.
    void signal(int number) const;

    /// @cond
    [[nodiscard]] const std::shared_ptr<detail::SignalRelay>& relay() const { return relay_; }
    /// @endcond

  private:
    std::shared_ptr<detail::SignalRelay> relay_;
};

}  // namespace loopingcall::process
