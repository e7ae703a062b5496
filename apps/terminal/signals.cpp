#include "terminal/signals.hpp"

#include <boost/asio/buffer.hpp>
#include <cerrno>
#include <ctime>
#include <system_error>
#include <utility>

namespace terminal {

namespace {

bool is_ignored(int number) {
    struct sigaction action {};
    return ::sigaction(number, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

/// Those that the program was not started with blocked, or by nohup. (A shell ignores SIGINT and
/// SIGQUIT for its jobs in the background; a signal that is sent to us is meant.)
sigset_t ours_of(std::initializer_list<int> numbers) {
    sigset_t blocked{};
    ::pthread_sigmask(SIG_SETMASK, nullptr, &blocked);
    sigset_t ours{};
    ::sigemptyset(&ours);
    for (const int number : numbers) {
        const bool is_by_nohup = number == SIGHUP && is_ignored(number);
        if (!is_by_nohup && ::sigismember(&blocked, number) == 0) ::sigaddset(&ours, number);
    }
    return ours;
}

int open_descriptor(const sigset_t& numbers) {
    const int descriptor = ::signalfd(-1, &numbers, SFD_CLOEXEC | SFD_NONBLOCK);
    if (descriptor >= 0) return descriptor;
    throw std::system_error(errno, std::system_category(), "signalfd");
}

}  // namespace

Signals::Signals(boost::asio::io_context& context, std::initializer_list<int> numbers,
                 std::function<void(int)> take)
    : numbers_(ours_of(numbers)),
      descriptor_(context, open_descriptor(numbers_)),
      take_(std::move(take)) {
    block();
    wait();
}

void Signals::wait() {
    descriptor_.async_read_some(boost::asio::buffer(&received_, sizeof received_),
                                [this](boost::system::error_code error, std::size_t) {
                                    if (error) return;
                                    const int number = static_cast<int>(received_.ssi_signo);
                                    wait();
                                    take_(number);
                                });
}

void Signals::disarm() {
    boost::system::error_code ignored;
    descriptor_.cancel(ignored);
}

int Signals::pending() const {
    sigset_t waiting{};
    ::sigpending(&waiting);
    for (int number = 1; number < NSIG; ++number) {
        const bool is_ours = ::sigismember(&numbers_, number) == 1;
        if (is_ours && ::sigismember(&waiting, number) == 1) return number;
    }
    return 0;
}

void Signals::discard_pending() const {
    const timespec at_once{};
    while (::sigtimedwait(&numbers_, nullptr, &at_once) > 0) {
    }
}

void Signals::let_through() const { ::pthread_sigmask(SIG_UNBLOCK, &numbers_, nullptr); }

void Signals::block() const { ::pthread_sigmask(SIG_BLOCK, &numbers_, nullptr); }

void Signals::ignore() const {
    for (int number = 1; number < NSIG; ++number) {
        if (::sigismember(&numbers_, number) == 1) (void)::signal(number, SIG_IGN);
    }
}

}  // namespace terminal
