#pragma once

#include <sys/types.h>

#include <atomic>
#include <memory>
#include <string_view>

namespace loopingcall::process::detail {

/// Whether `/proc/PID/stat` is that of a living member of a process group: a zombie is none.
bool is_living_member(std::string_view stat, pid_t group) noexcept;

/// Searches /proc for a living member of a process group, on a thread of its own: the kernel
/// itself counts zombies as members.
class GroupScan {
  public:
    /// Begins to look. Without a thread, or without /proc, the group counts as alive.
    explicit GroupScan(pid_t group);

    enum class Answer { none_yet, alive, gone };
    [[nodiscard]] Answer answer() const noexcept { return *answer_; }

  private:
    std::shared_ptr<std::atomic<Answer>> answer_;
};

}  // namespace loopingcall::process::detail
