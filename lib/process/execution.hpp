#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <functional>
#include <loopingcall/process/execute.hpp>
#include <memory>
#include <string>

#include "child.hpp"
#include "output.hpp"

namespace loopingcall::process::detail {

/// One run of a command, from the start of the child to the result.
///
///     starting -> running -> terminating (SIGTERM) -> killing (SIGKILL) -> completed
///                    |              |                     |
///                    +--------------+---------------------+---> lingering -> completed
///
/// It completes when the child is reaped and both outputs are at their end, or when it has waited
/// long enough for either: `grace` for the child that was told to end, 100 ms for the one that was
/// killed, and 100 ms for an output that something else still holds open after the child's end; all
/// in all no longer than `grace` and 100 ms from the moment the child was told to end.
///
/// A loop that was kept busy sees several of these at once. So, before the time is said to be up,
/// what is there is looked at: a child that ended in time is not said to be late, and nothing it
/// wrote is missing.
///
/// Everything happens on one strand; the pending operations keep it alive.
class Execution : public std::enable_shared_from_this<Execution> {
  public:
    using Completed = std::function<void(boost::system::error_code, ExecuteResult)>;

    /// @param completed  called once, on the strand; not called if the context is destroyed.
    Execution(const asio::any_io_executor& strand, const Command& command,
              const ExecuteOptions& options, Completed completed);

    /// To be called on the strand, as is cancel().
    void start();
    void cancel() { end_child(asio::error::operation_aborted); }

  private:
    enum class Stage { starting, running, terminating, killing, lingering, completed };
    using Clock = std::chrono::steady_clock;

    void launch();
    void drain(Output& output);
    void on_ended(WaitStatus status);
    void on_time_up();
    void end_child(boost::system::error_code reason);
    void enter(Stage stage, Clock::time_point until);
    void complete_if_over();
    void complete();
    std::string finish(Output& output);

    const Command& command_;
    const ExecuteOptions& options_;
    Completed completed_;

    Stage stage_ = Stage::starting;
    bool child_started_ = false;
    std::shared_ptr<Child> child_;
    Output output_;
    Output error_output_;
    asio::steady_timer timer_;
    Clock::time_point started_;
    Clock::time_point latest_ = Clock::time_point::max();
    boost::system::error_code error_;
    ExecuteResult result_;
};

}  // namespace loopingcall::process::detail
