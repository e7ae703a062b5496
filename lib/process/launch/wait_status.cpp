#include <sys/wait.h>

#include <csignal>
#include <loopingcall/process/wait_status.hpp>
#include <ostream>

namespace loopingcall::process {

namespace {

/// `sigabbrev_np` of glibc 2.32, which other C libraries lack.
const char* name_of(int signal) noexcept {
    struct {
        int number;
        const char* name;
    } static constexpr names[] = {
        {SIGHUP, "HUP"},       {SIGINT, "INT"},       {SIGQUIT, "QUIT"},   {SIGILL, "ILL"},
        {SIGTRAP, "TRAP"},     {SIGABRT, "ABRT"},     {SIGBUS, "BUS"},     {SIGFPE, "FPE"},
        {SIGKILL, "KILL"},     {SIGUSR1, "USR1"},     {SIGSEGV, "SEGV"},   {SIGUSR2, "USR2"},
        {SIGPIPE, "PIPE"},     {SIGALRM, "ALRM"},     {SIGTERM, "TERM"},   {SIGCHLD, "CHLD"},
        {SIGCONT, "CONT"},     {SIGSTOP, "STOP"},     {SIGTSTP, "TSTP"},   {SIGTTIN, "TTIN"},
        {SIGTTOU, "TTOU"},     {SIGURG, "URG"},       {SIGXCPU, "XCPU"},   {SIGXFSZ, "XFSZ"},
        {SIGPROF, "PROF"},     {SIGVTALRM, "VTALRM"}, {SIGWINCH, "WINCH"}, {SIGPOLL, "POLL"},
        {SIGPWR, "PWR"},       {SIGSYS, "SYS"},
#ifdef SIGSTKFLT
        {SIGSTKFLT, "STKFLT"},
#endif
    };
    for (const auto& known : names) {
        if (known.number == signal) return known.name;
    }
    return nullptr;
}

}  // namespace

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
    const char* const name = name_of(status.signal());
    return "killed by signal " + std::to_string(status.signal()) +
           (name ? " (SIG" + std::string(name) + ")" : "");
}

std::ostream& operator<<(std::ostream& stream, const WaitStatus& status) {
    return stream << to_string(status);
}

}  // namespace loopingcall::process
