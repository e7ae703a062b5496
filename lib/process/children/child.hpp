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

#include "family.hpp"
#include "group_scan.hpp"
#include "process/launch/launch.hpp"

namespace loopingcall::process::detail {

namespace asio = boost::asio;

/// A child of ours, from its start until it is reaped, and the process group that it leads. The one
/// place that uses Boost.Process.
///
/// Boost.Process holds the process and reaps it. The child is waited for through a pidfd of our
/// own, since the `process::async_wait` of 1.81 calls a `waitpid` that blocks when a tracer
/// withholds the exit. Without a pidfd (Linux before 5.3, no descriptor left,
/// BOOST_PROCESS_V2_DISABLE_PIDFD_OPEN), Child looks every millisecond at first, later every 10 ms.
///
/// Not thread safe: used on one strand.
class Child : public std::enable_shared_from_this<Child> {
  public:
    explicit Child(const asio::any_io_executor& strand);
    /// Kills a child that runs, with its group. A thread in the background reaps it: a child in
    /// uninterruptible sleep must not freeze the host.
    ~Child();
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;

    /// Takes a child over that has just been started. Continues without what fails here.
    void adopt(Started started, std::unique_ptr<Launch> launch, bool own_group) noexcept;

    /// Calls `ended` on the strand once the child has ended, and keeps the child until then.
    void async_wait_for_end(std::function<void(WaitStatus)> ended);

    /// Calls `gone` on the strand once no member of the group is alive; the child must have ended.
    void async_wait_for_group(std::function<void()> gone);

    /// Calls nothing any more. The child is reaped once it has ended.
    void release() noexcept;

    /// How it ended, if it has: never blocks. The status is unknown if other code has reaped the
    /// child and the kernel did not keep it.
    std::optional<WaitStatus> try_end() noexcept;

    /// Why it did not execute its program. To be asked once it has ended.
    [[nodiscard]] std::optional<LaunchError> launch_failure() const;

    /// Frees what the child needs no more once its program runs.
    void forget_launch() noexcept;

    /// Sends a signal to the group, or to a child without one.
    void signal(int number) const noexcept { family_.signal(number); }

  private:
    class Handle;

    void wait_for_end();
    void look_for_end();
    void look_for_group();
    void pause(void (Child::*look)());
    bool group_is_gone();
    void reap() noexcept;

    Family family_;
    std::optional<WaitStatus> status_;
    std::unique_ptr<Launch> launch_;
    std::unique_ptr<Handle> handle_;
    asio::posix::stream_descriptor pidfd_;
    asio::steady_timer timer_;
    std::chrono::milliseconds pause_{1};
    std::optional<GroupScan> scan_;
    std::function<void(WaitStatus)> ended_;
    std::function<void()> gone_;
};

}  // namespace loopingcall::process::detail
