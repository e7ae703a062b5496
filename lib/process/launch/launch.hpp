#pragma once

#include <sys/types.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <loopingcall/process/command.hpp>
#include <loopingcall/process/signal_state.hpp>
#include <optional>
#include <string>
#include <vector>

#include "child_side.hpp"
#include "descriptor.hpp"
#include "launch_error.hpp"

namespace loopingcall::process::detail {

/// What a child is to find as its standard streams: descriptors of ours, none of 0, 1 and 2.
struct Streams {
    int input;
    int output;
    int error_output;
};

/// A child that has just been started.
struct Started {
    pid_t pid = -1;
    Descriptor pidfd{};  ///< not open where the kernel has no pidfds, or no descriptor is left
};

/// The program that is run for `command`, and its arguments: behind the root helper, if one is
/// needed.
std::vector<std::string> arguments_of(const Command& command);

/// The start of a child: what the child needs until it has executed its program.
///
/// The child begins in our memory, so that its start costs the same however much memory this
/// process has; a plain fork copies the page tables (45 ms on the event loop at 1 GB). Unlike
/// `vfork` and `posix_spawn`, start() does not wait for the child: what is slow or hangs in finding
/// and reading the program holds nothing up but the child.
class Launch {
  public:
    /// @throws LaunchError
    Launch(const Command& command, const SignalState& signals, bool own_group);
    Launch(const Launch&) = delete;
    Launch& operator=(const Launch&) = delete;

    /// Starts the child. It gets these streams and no other descriptor of this process. From then
    /// on this object must live until is_left().
    /// @throws LaunchError
    Started start(const Streams& streams);

    /// Whether the child is out of our memory: its program runs, or it has ended.
    [[nodiscard]] bool is_left() const noexcept { return child_ == 0; }

    [[nodiscard]] bool has_failed() const noexcept {
        return plan_.failed_step != ChildPlan::Step::none;
    }

    /// Why the child did not execute its program. To be asked once it has ended.
    [[nodiscard]] std::optional<LaunchError> failure() const;

  private:
    static constexpr std::size_t stack_size = std::size_t{24} << 10U;

    std::vector<std::string> arguments_;
    std::vector<std::string> environment_;
    std::vector<std::string> programs_;
    std::string working_directory_;
    std::vector<const char*> argv_;
    std::vector<const char*> shell_argv_;
    std::vector<const char*> envp_;
    std::vector<const char*> places_;
    ChildPlan plan_;
    std::atomic<int> child_ = 0;  ///< cleared by the kernel
    alignas(64) std::array<std::byte, stack_size> stack_;
};

}  // namespace loopingcall::process::detail
