#include "child.hpp"

#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/asio.hpp>
#include <boost/optional.hpp>
// Boost 1.81's header finds some names only after the two above, and its parts only through it.
#include <boost/process/v2.hpp>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <utility>

#include "descriptor.hpp"

namespace loopingcall::process::detail {

namespace {

namespace process_v2 = boost::process::v2;
constexpr std::chrono::milliseconds look_again_after{10};

int pidfd_open(pid_t pid) noexcept { return static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)); }

}  // namespace

class Child::Handle {
  public:
    Handle(const asio::any_io_executor& executor, pid_t pid, Descriptor pidfd)
        : process_(executor, pid, pidfd.get()) {
        pidfd.release();
    }

    std::optional<WaitStatus> try_reap() noexcept {
        int raw = 0;
        boost::system::error_code error;
        if (process_.running(raw, error)) return std::nullopt;
        return error ? WaitStatus{} : WaitStatus::from_raw(raw);
    }

  private:
    process_v2::basic_process_handle<asio::any_io_executor> process_;
};

Child::Child(const asio::any_io_executor& strand, pid_t pid)
    : pid_(pid), pidfd_(strand), timer_(strand) {
    Descriptor pidfd(pidfd_open(pid));
    Descriptor for_boost(pidfd.is_open() ? ::fcntl(pidfd.get(), F_DUPFD_CLOEXEC, 0) : -1);
    if (!for_boost.is_open()) return;
    boost::system::error_code error;
    pidfd_.assign(pidfd.get(), error);
    if (error) return;
    pidfd.release();
    handle_ = std::make_unique<Handle>(strand, pid, std::move(for_boost));
}

// Killed and not waited for: a child in uninterruptible sleep would freeze the host.
Child::~Child() {
    if (reaped_) return;
    signal(SIGKILL);
    (void)try_reap();
}

void Child::signal(int number) noexcept {
    if (reaped_) return;
    if (pidfd_.is_open()) {
        (void)::syscall(SYS_pidfd_send_signal, pidfd_.native_handle(), number, nullptr, 0);
    } else {
        (void)::kill(pid_, number);
    }
}

void Child::async_reap(std::function<void(WaitStatus)> ended) {
    ended_ = std::move(ended);
    wait_for_end();
}

void Child::wait_for_end() {
    if (!pidfd_.is_open()) return look_again();
    pidfd_.async_wait(
        asio::posix::stream_descriptor::wait_read,
        [self = shared_from_this()](boost::system::error_code) { self->look_again(); });
}

void Child::look_again() {
    if (const auto status = try_reap()) {
        if (auto tell = std::exchange(ended_, nullptr)) tell(*status);
        return;
    }
    timer_.expires_after(look_again_after);
    timer_.async_wait([self = shared_from_this()](boost::system::error_code error) {
        if (!error) self->look_again();
    });
}

std::optional<WaitStatus> Child::try_reap() noexcept {
    std::optional<WaitStatus> status;
    if (handle_) {
        status = handle_->try_reap();
    } else {
        int raw = 0;
        const pid_t found = ::waitpid(pid_, &raw, WNOHANG);
        if (found != 0) status = found == pid_ ? WaitStatus::from_raw(raw) : WaitStatus{};
    }
    reaped_ = status.has_value();
    return status;
}

}  // namespace loopingcall::process::detail
