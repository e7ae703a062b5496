#include <pthread.h>

#include <csignal>
#include <loopingcall/process/signal_state.hpp>

namespace loopingcall::process {

SignalState SignalState::current() noexcept {
    SignalState state;
    for (int number = 1; number < NSIG; ++number) {
        struct sigaction action {};
        const bool known = ::sigaction(number, nullptr, &action) == 0;
        if (known && action.sa_handler == SIG_IGN) ::sigaddset(&state.ignored, number);
    }
    ::pthread_sigmask(SIG_SETMASK, nullptr, &state.blocked);
    return state;
}

void SignalState::apply() const noexcept {
    for (int number = 1; number < NSIG; ++number) {
        struct sigaction action {};
        action.sa_handler = ::sigismember(&ignored, number) == 1 ? SIG_IGN : SIG_DFL;
        (void)::sigaction(number, &action, nullptr);
    }
    ::pthread_sigmask(SIG_SETMASK, &blocked, nullptr);
}

}  // namespace loopingcall::process
