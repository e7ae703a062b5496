#include <sys/wait.h>

#include <csignal>
#include <cstring>
#include <loopingcall/process/wait_status.hpp>
#include <ostream>

namespace loopingcall::process {

WaitStatus WaitStatus::from_raw(int raw) noexcept {
    if (WIFEXITED(raw)) return exited_with(WEXITSTATUS(raw));
    if (WIFSIGNALED(raw)) return killed_by(WTERMSIG(raw));
    return {};
}

WaitStatus WaitStatus::exited_with(int code) noexcept { return {Kind::exited, code}; }

WaitStatus WaitStatus::killed_by(int signal) noexcept { return {Kind::killed, signal}; }

std::string to_string(const WaitStatus& status) {
    if (status.exited()) return "exited with " + std::to_string(status.exit_code());
    if (!status.killed()) return "status unknown";
    const char* const name = ::sigabbrev_np(status.signal());
    return "killed by signal " + std::to_string(status.signal()) +
           (name ? " (SIG" + std::string(name) + ")" : "");
}

std::ostream& operator<<(std::ostream& stream, const WaitStatus& status) {
    return stream << to_string(status);
}

}  // namespace loopingcall::process
