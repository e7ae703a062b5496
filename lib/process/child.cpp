#include "child.hpp"

#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio.hpp>
#include <boost/optional.hpp>
// Boost 1.81's header finds some names only after the two above, and its parts only through it.
#include <boost/process/v2.hpp>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <new>
#include <utility>

#include "descriptor.hpp"

namespace loopingcall::process::detail {

namespace {

constexpr std::chrono::milliseconds longest_pause{10};

WaitStatus reap(pid_t pid, int& found) noexcept {
    int raw = 0;
    found = ::waitpid(pid, &raw, WNOHANG);
    return found == pid ? WaitStatus::from_raw(raw) : WaitStatus{};
}

}  // namespace

#ifdef BOOST_PROCESS_V2_PIDFD_OPEN

namespace {

// P_PIDFD of <sys/wait.h>, which C libraries older than the kernel lack.
constexpr auto by_pidfd = static_cast<idtype_t>(3);

}  // namespace

class Child::Handle {
  public:
    Handle(const asio::any_io_executor& executor, pid_t pid, int pidfd)
        : pidfd_(pidfd), process_(executor, pid, pidfd) {}

    static Descriptor open(pid_t pid) noexcept {
        return Descriptor(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
    }

    /// Asked through the pidfd first: when the host has reaped the child, its pid may belong to
    /// another child of the host, whose status is not ours to take.
    std::optional<WaitStatus> try_reap() noexcept {
        siginfo_t info{};
        const int peek = WEXITED | WNOHANG | WNOWAIT;
        const int found = ::waitid(by_pidfd, static_cast<id_t>(pidfd_), &info, peek);
        if (found == 0 && info.si_pid == 0) return std::nullopt;
        if (found != 0 && errno == ECHILD) return WaitStatus{};
        int raw = 0;
        boost::system::error_code error;
        if (process_.running(raw, error)) return std::nullopt;
        return error ? WaitStatus{} : WaitStatus::from_raw(raw);
    }

  private:
    int pidfd_;
    boost::process::v2::basic_process_handle<asio::any_io_executor> process_;
};

#else

// Without pidfds, Boost.Process watches SIGCHLD, which is the host's: it is not made use of.
class Child::Handle {
  public:
    Handle(const asio::any_io_executor&, pid_t, int) noexcept {}
    static Descriptor open(pid_t) noexcept { return Descriptor(); }
    static std::optional<WaitStatus> try_reap() noexcept { return std::nullopt; }
};

#endif

Child::Child(const asio::any_io_executor& strand) : pidfd_(strand), timer_(strand) {}

// Killed and not waited for: a child in uninterruptible sleep would freeze the host.
Child::~Child() {
    signal(SIGKILL);
    (void)try_reap();
}

void Child::adopt(pid_t pid) noexcept try {
    pid_ = pid;
    Descriptor for_boost = Handle::open(pid);
    if (!for_boost.is_open()) return;
    Descriptor pidfd(::fcntl(for_boost.get(), F_DUPFD_CLOEXEC, 0));
    if (!pidfd.is_open()) return;
    boost::system::error_code error;
    pidfd_.assign(pidfd.get(), error);
    if (error) return;
    pidfd.release();
    handle_ = std::make_unique<Handle>(timer_.get_executor(), pid, for_boost.get());
    for_boost.release();
} catch (const std::exception&) {
    // No memory, or no room in the reactor: it is asked for every 10 ms.
    handle_.reset();
}

void Child::signal(int number) noexcept {
    if (pid_ < 0 || status_) return;
    if (handle_) {
        (void)::syscall(SYS_pidfd_send_signal, pidfd_.native_handle(), number, nullptr, 0);
    } else if (!try_reap()) {
        // Not reaped by anybody yet, so that the pid is its own.
        (void)::kill(pid_, number);
    }
}

void Child::async_reap(std::function<void(WaitStatus)> ended) {
    ended_ = std::move(ended);
    wait_for_end();
}

void Child::wait_for_end() {
    if (!handle_) return pause();
    pidfd_.async_wait(
        asio::posix::stream_descriptor::wait_read,
        [self = shared_from_this()](boost::system::error_code) { self->look_again(); });
}

void Child::look_again() {
    if (const auto status = try_reap()) {
        if (auto tell = std::exchange(ended_, nullptr)) tell(*status);
        return;
    }
    pause();
}

void Child::pause() {
    timer_.expires_after(pause_);
    pause_ = std::min(2 * pause_, longest_pause);
    timer_.async_wait([self = shared_from_this()](boost::system::error_code error) {
        if (!error) self->look_again();
    });
}

std::optional<WaitStatus> Child::try_reap() noexcept {
    if (pid_ < 0 || status_) return status_;
    if (handle_) {
        status_ = handle_->try_reap();
    } else {
        int found = 0;
        const WaitStatus status = reap(pid_, found);
        if (found != 0) status_ = status;
    }
    return status_;
}

}  // namespace loopingcall::process::detail
