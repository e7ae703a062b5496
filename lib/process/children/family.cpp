#include "family.hpp"

#include <linux/ioctl.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdint>

namespace loopingcall::process::detail {

namespace {

// What the headers of older systems lack.
constexpr auto by_pidfd = static_cast<idtype_t>(3);  // P_PIDFD
constexpr unsigned to_itself = 0;
constexpr unsigned to_group = 1U << 2U;         // PIDFD_SIGNAL_PROCESS_GROUP
constexpr std::uint64_t exit_known = 1U << 3U;  // PIDFD_INFO_EXIT

/// struct pidfd_info of <linux/pidfd.h>, up to the exit code.
struct PidfdInfo {
    std::uint64_t mask;
    std::uint64_t cgroup;
    std::uint32_t ids[11];
    std::int32_t exit_code;
};
static_assert(sizeof(PidfdInfo) == 64);

bool send([[maybe_unused]] int pidfd, [[maybe_unused]] int number,
          [[maybe_unused]] unsigned scope) noexcept {
#ifdef SYS_pidfd_send_signal
    return ::syscall(SYS_pidfd_send_signal, pidfd, number, nullptr, scope) == 0;
#else
    errno = ENOSYS;
    return false;
#endif
}

/// @return nothing while the kernel has not let go of the child.
std::optional<WaitStatus> kept_status(int pidfd) noexcept {
    PidfdInfo info{};
    info.mask = exit_known;
    if (::ioctl(pidfd, _IOWR(0xFF, 11, PidfdInfo), &info) != 0) return WaitStatus{};
    if ((info.mask & exit_known) == 0) return std::nullopt;
    return WaitStatus::from_raw(info.exit_code);
}

WaitStatus status_of(const siginfo_t& info) noexcept {
    if (info.si_code == CLD_EXITED) return WaitStatus::exited_with(info.si_status);
    return WaitStatus::killed_by(info.si_status);
}

int wait_for(const Family& family, siginfo_t& info) noexcept {
    constexpr int peek = WEXITED | WNOHANG | WNOWAIT;
    if (family.pidfd >= 0) {
        const int found = ::waitid(by_pidfd, static_cast<id_t>(family.pidfd), &info, peek);
        if (found == 0 || errno != EINVAL) return found;  // EINVAL: Linux 5.3
    }
    return ::waitid(P_PID, static_cast<id_t>(family.pid), &info, peek);
}

/// Whether its numbers are still its own.
bool is_unreaped(const Family& family) noexcept {
    siginfo_t info{};
    return !family.is_reaped && wait_for(family, info) == 0;
}

bool signal_group(const Family& family, int number) noexcept {
    if (family.pidfd >= 0) {
        if (send(family.pidfd, number, to_group)) return true;
        if (errno != EINVAL && errno != ENOSYS) return false;
    }
    return is_unreaped(family) && ::kill(-family.pid, number) == 0;
}

void signal_child(const Family& family, int number) noexcept {
    if (family.pidfd >= 0 && (send(family.pidfd, number, to_itself) || errno != ENOSYS)) return;
    if (is_unreaped(family)) (void)::kill(family.pid, number);
}

}  // namespace

// The child may have no group yet, or have moved to another one.
void Family::signal(int number) const noexcept {
    if (pid < 0) return;
    if (own_group && signal_group(*this, number)) {
        if (!is_unreaped(*this) || ::getpgid(pid) == pid) return;
    }
    signal_child(*this, number);
}

std::optional<WaitStatus> Family::look() const noexcept {
    siginfo_t info{};
    if (wait_for(*this, info) == 0) {
        if (info.si_pid == 0) return std::nullopt;
        return status_of(info);
    }
    return pidfd >= 0 ? kept_status(pidfd) : WaitStatus{};
}

bool Family::is_ours_to_reap() const noexcept {
    siginfo_t info{};
    return !is_reaped && wait_for(*this, info) == 0 && info.si_pid == pid;
}

// Once other code has reaped it, its number may be that of another child of the host.
void Family::reap() noexcept {
    if (is_ours_to_reap()) (void)::waitpid(pid, nullptr, WNOHANG);
    is_reaped = true;
}

// A group with a number that was used before begins with a leader of that number, which is spared.
bool Family::reap_adopted() const noexcept {
    if (!own_group || !is_reaped) return false;
    for (;;) {
        siginfo_t info{};
        const int found =
            ::waitid(P_PGID, static_cast<id_t>(pid), &info, WEXITED | WNOHANG | WNOWAIT);
        if (found != 0 || info.si_pid == pid) return false;
        if (info.si_pid == 0) return true;
        if (::waitpid(info.si_pid, nullptr, WNOHANG) <= 0) return false;
    }
}

bool Family::group_outlives_child() const noexcept {
    return pidfd >= 0 && (send(pidfd, 0, to_group) || (errno != EINVAL && errno != ENOSYS));
}

bool Family::group_is_empty() const noexcept {
    if (!own_group) return true;
    if (group_outlives_child()) return is_reaped && !send(pidfd, 0, to_group) && errno == ESRCH;
    return !is_unreaped(*this);
}

}  // namespace loopingcall::process::detail
