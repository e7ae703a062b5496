#pragma once

#include <sys/types.h>

#include <loopingcall/process/wait_status.hpp>
#include <optional>

namespace loopingcall::process::detail {

/// A child and the process group that it leads, if it has one of its own, as the kernel knows them.
///
/// Nothing here ever reaches a process that has taken the number of another: the child is known by
/// its pidfd. Its group is, too, since Linux 6.9. Before that, and without a pidfd, the numbers are
/// used only while the child is not reaped, alive or not, since they are its own until then.
struct Family {
    pid_t pid = -1;
    int pidfd = -1;  ///< not owned; -1 if there is none
    bool own_group = false;
    bool is_reaped = false;  ///< by us

    /// Sends a signal to the group, or to the child alone if it has no group of its own.
    void signal(int number) const noexcept;

    /// How the child ended, if it has; it is not reaped by this. Never blocks. The status is
    /// unknown if other code has reaped the child and the kernel does not keep it (Linux
    /// before 6.15).
    [[nodiscard]] std::optional<WaitStatus> look() const noexcept;

    /// Whether it has ended, and neither we nor other code has reaped it.
    [[nodiscard]] bool is_ours_to_reap() const noexcept;

    /// Reaps the child if it is ours to reap. Never blocks.
    void reap() noexcept;

    /// Reaps members of the group that have ended and are children of this process: those whose
    /// parents have ended, if this process is PID 1 or a subreaper. To be called once the child is
    /// reaped, since the kernel names the eldest first.
    /// @return whether there are such children that have not ended.
    bool reap_adopted() const noexcept;

    /// Whether the group can be reached after the child is reaped.
    [[nodiscard]] bool group_outlives_child() const noexcept;

    /// Whether it is certain that the group has no member any more, zombies included. To be asked
    /// after the child has ended.
    [[nodiscard]] bool group_is_empty() const noexcept;
};

}  // namespace loopingcall::process::detail
