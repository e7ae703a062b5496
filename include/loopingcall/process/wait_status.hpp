#pragma once

#include <iosfwd>
#include <loopingcall/export.hpp>
#include <string>

namespace loopingcall::process {

/// How a child ended, as the kernel reports it. *Exited with 1* and *killed by signal 1* are
/// distinct, although many interfaces show both as 1: a `fuser` that SIGHUP killed did not report
/// a free device.
class LOOPINGCALL_EXPORT WaitStatus {
  public:
    /// Unknown: the child has not ended, or other code has reaped it.
    WaitStatus() = default;

    /// What `waitpid` stored.
    static WaitStatus from_raw(int raw) noexcept;
    static WaitStatus exited_with(int code) noexcept;
    static WaitStatus killed_by(int signal) noexcept;

    [[nodiscard]] bool known() const noexcept { return kind_ != Kind::unknown; }
    [[nodiscard]] bool exited() const noexcept { return kind_ == Kind::exited; }
    [[nodiscard]] bool exited(int code) const noexcept { return exited() && number_ == code; }
    [[nodiscard]] bool killed() const noexcept { return kind_ == Kind::killed; }

    /// @pre exited()
    [[nodiscard]] int exit_code() const noexcept { return number_; }
    /// @pre killed()
    [[nodiscard]] int signal() const noexcept { return number_; }

    friend bool operator==(const WaitStatus&, const WaitStatus&) = default;

  private:
    enum class Kind : unsigned char { unknown, exited, killed };
    WaitStatus(Kind kind, int number) noexcept : kind_(kind), number_(number) {}

    Kind kind_ = Kind::unknown;
    int number_ = 0;
};

/// "exited with 1", "killed by signal 9 (SIGKILL)", "status unknown".
LOOPINGCALL_EXPORT std::string to_string(const WaitStatus& status);
LOOPINGCALL_EXPORT std::ostream& operator<<(std::ostream& stream, const WaitStatus& status);

}  // namespace loopingcall::process
