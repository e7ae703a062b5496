#include "child.hpp"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio.hpp>
#include <boost/optional.hpp>
#ifndef LOOPINGCALL_WITHOUT_BOOST_PROCESS
#if __has_include(<boost/process/v2.hpp>)
// Boost 1.81's header finds some names only after the two above, and its parts only through it.
#include <boost/process/v2.hpp>
#else
#include <boost/process/v2/process_handle.hpp>
#endif
#endif
#include <chrono>
#include <csignal>
#include <new>
#include <utility>

#include "background.hpp"

namespace loopingcall::process::detail {

namespace {

constexpr std::chrono::milliseconds longest_poll{10};

}  // namespace

#ifdef LOOPINGCALL_WITHOUT_BOOST_PROCESS

// Where Boost.Process cannot be linked, the pidfd does the same by itself.
class Child::Handle {
  public:
    Handle(const asio::any_io_executor&, pid_t pid, int pidfd) noexcept
        : pid_(pid), pidfd_(pidfd) {}

#ifdef BOOST_PROCESS_V2_DISABLE_PIDFD_OPEN
    static constexpr bool is_usable = false;
#else
    static constexpr bool is_usable = true;
#endif

    void reap() noexcept { (void)::waitpid(pid_, nullptr, WNOHANG); }

  private:
    pid_t pid_;
    Descriptor pidfd_;
};

#elif defined(BOOST_PROCESS_V2_PIDFD_OPEN)

class Child::Handle {
  public:
    Handle(const asio::any_io_executor& executor, pid_t pid, int pidfd)
        : process_(executor, pid, pidfd) {}

    static constexpr bool is_usable = true;

    void reap() noexcept {
        int ignored = 0;
        boost::system::error_code error;
        (void)process_.running(ignored, error);
    }

  private:
    boost::process::v2::basic_process_handle<asio::any_io_executor> process_;
};

#else

// Without pidfds, Boost.Process watches SIGCHLD, which is the host's: it is not made use of.
class Child::Handle {
  public:
    Handle(const asio::any_io_executor&, pid_t, int) noexcept {}
    static constexpr bool is_usable = false;
    void reap() noexcept {}
};

#endif

Child::Child(const asio::any_io_executor& strand) : pidfd_(strand), timer_(strand) {}

Child::~Child() {
    if (family_.pid < 0 || family_.is_reaped) return;
    signal(SIGKILL);
    Descriptor pidfd(family_.pidfd < 0 ? -1 : ::fcntl(family_.pidfd, F_DUPFD_CLOEXEC, 0));
    reap_in_background(family_, std::move(pidfd), std::move(launch_));
}

void Child::adopt(Started started, std::unique_ptr<Launch> launch, bool own_group) noexcept try {
    family_.pid = started.pid;
    family_.own_group = own_group;
    launch_ = std::move(launch);
    if (!Handle::is_usable || !started.pidfd.is_open()) return;
    Descriptor for_boost(::fcntl(started.pidfd.get(), F_DUPFD_CLOEXEC, 0));
    if (!for_boost.is_open()) return;
    boost::system::error_code error;
    pidfd_.assign(started.pidfd.get(), error);
    if (error) return;
    family_.pidfd = started.pidfd.release();
    handle_ = std::make_unique<Handle>(timer_.get_executor(), family_.pid, for_boost.get());
    for_boost.release();
} catch (const std::exception&) {
    // No memory, or no room in the reactor: the child is reaped without Boost.Process.
    handle_.reset();
}

void Child::async_wait_for_end(std::function<void(WaitStatus)> ended) {
    ended_ = std::move(ended);
    wait_for_end();
}

void Child::wait_for_end() {
    if (family_.pidfd < 0) return pause(&Child::look_for_end);
    pidfd_.async_wait(
        asio::posix::stream_descriptor::wait_read,
        [self = shared_from_this()](boost::system::error_code) { self->look_for_end(); });
}

void Child::look_for_end() {
    const auto status = try_end();
    if (!status) return pause(&Child::look_for_end);
    auto tell = std::exchange(ended_, nullptr);
    tell ? tell(*status) : reap();
}

void Child::async_wait_for_group(std::function<void()> gone) {
    gone_ = std::move(gone);
    pause_ = std::chrono::milliseconds{1};
    if (family_.group_outlives_child()) reap();
    if (family_.group_is_empty()) return std::exchange(gone_, nullptr)();
    pause(&Child::look_for_group);
}

void Child::look_for_group() {
    if (!gone_) return;
    if (!group_is_gone()) return pause(&Child::look_for_group);
    signal(SIGKILL);  // whatever joined the group without having been seen
    reap();
    family_.reap_adopted();
    std::exchange(gone_, nullptr)();
}

bool Child::group_is_gone() {
    family_.reap_adopted();
    if (family_.group_is_empty()) return true;
    const auto answer = scan_ ? scan_->answer() : GroupScan::Answer::alive;
    if (answer == GroupScan::Answer::alive) scan_.emplace(family_.pid);
    return answer == GroupScan::Answer::gone;
}

void Child::pause(void (Child::*look)()) {
    timer_.expires_after(pause_);
    pause_ = std::min(2 * pause_, longest_poll);
    timer_.async_wait([self = shared_from_this(), look](boost::system::error_code error) {
        if (!error) (*self.*look)();
    });
}

void Child::release() noexcept {
    ended_ = nullptr;
    const auto waited_for_group = std::exchange(gone_, nullptr);
    if (!status_) return;
    timer_.cancel();
    reap();
    if (waited_for_group) family_.reap_adopted();
}

std::optional<WaitStatus> Child::try_end() noexcept {
    if (!status_ && family_.pid >= 0) status_ = family_.look();
    return status_;
}

std::optional<LaunchError> Child::launch_failure() const {
    return launch_ ? launch_->failure() : std::nullopt;
}

void Child::forget_launch() noexcept {
    if (launch_ && launch_->is_left() && !launch_->has_failed()) launch_.reset();
}

void Child::reap() noexcept {
    if (handle_ && family_.is_ours_to_reap()) handle_->reap();
    family_.reap();
}

}  // namespace loopingcall::process::detail
