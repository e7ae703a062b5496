#pragma once

#include <sys/types.h>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <functional>
#include <loopingcall/process/wait_status.hpp>
#include <memory>
#include <optional>

namespace loopingcall::process::detail {

namespace asio = boost::asio;

/// A child of ours, from its start until it is reaped. The one place that uses Boost.Process.
///
/// Boost.Process holds the process and reaps it. It is waited for through a pidfd of our own, since
/// the `process::async_wait` of 1.81 calls a `waitpid` that blocks when a tracer withholds the
/// exit, and signalled through it, so that never a stranger with a reused pid is hit. Where no
/// pidfd can be had (Linux before 5.3, no descriptor left, BOOST_PROCESS_V2_DISABLE_PIDFD_OPEN) the
/// child is asked for every millisecond at first, later every 10 ms.
///
/// Not thread safe: used on one strand.
class Child : public std::enable_shared_from_this<Child> {
  public:
    explicit Child(const asio::any_io_executor& strand);
    ~Child();
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;

    /// Takes a child over that has just been started. What fails here is done without.
    void adopt(pid_t pid) noexcept;

    /// Has `ended` called on the strand once the child is reaped, and keeps the child until then.
    /// The status is unknown if somebody else reaped it.
    void async_reap(std::function<void(WaitStatus)> ended);

    /// Forgets whom to tell; the child is reaped in the background all the same.
    void ignore_end() { ended_ = nullptr; }

    /// How it ended, if it has: never blocks.
    std::optional<WaitStatus> try_reap() noexcept;

    /// No effect once the child has ended.
    void signal(int number) noexcept;

  private:
    class Handle;

    void wait_for_end();
    void look_again();
    void pause();

    pid_t pid_ = -1;
    std::optional<WaitStatus> status_;
    std::unique_ptr<Handle> handle_;
    asio::posix::stream_descriptor pidfd_;
    asio::steady_timer timer_;
    std::chrono::milliseconds pause_{1};
    std::function<void(WaitStatus)> ended_;
};

}  // namespace loopingcall::process::detail
