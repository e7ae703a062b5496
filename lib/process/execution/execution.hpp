#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <loopingcall/process/execute.hpp>
#include <memory>
#include <string>

#include "output.hpp"
#include "process/children/child.hpp"

namespace loopingcall::process::detail {

/// One run of a command, from the start of the child to the result.
///
///     starting -> running -> ending (end_signal) -> killing (SIGKILL) -> completed
///                    |          |                      |
///                    +----------+----------------------+---> lingering -> completed
///
/// It ends the child, and with it the group, when the time is up or it is cancelled; and what is
/// left of the group when the child has ended and `leftovers` asks for that. Then it lingers for
/// the outputs that something else still holds open.
///
/// It completes when the child has ended, the group is gone if it is to be, and both outputs are at
/// their end, or when it has waited long enough for any of them: `grace` for what was asked to end,
/// 100 ms for what was killed, `wait_output` for an output after the child's end; all in all no
/// longer than `grace` and 100 ms from the moment the child was asked to end, unless the loop is
/// kept busy: then 100 ms from SIGKILL.
///
/// A loop that was kept busy sees several of these at once. So, before the time is said to be up,
/// what is there is read: a child that ended in time is not said to be late, and nothing it
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
    void cancel();
    /// Sends a signal to the child and its group while they run.
    void signal(int number);

  private:
    enum class Stage { starting, running, ending, killing, lingering, completed };
    using Clock = std::chrono::steady_clock;

    void launch();
    void fail(const LaunchError& error);
    void drain(Output& output);
    void on_ended(WaitStatus status);
    void on_time_up();
    [[nodiscard]] bool has_rest_to_end() const;
    void end();
    void linger();
    void enter(Stage stage, Clock::time_point until);
    void complete_if_over();
    void complete();
    std::string finish(Output& output, std::uint64_t& bytes);

    const Command& command_;
    const ExecuteOptions& options_;
    Completed completed_;

    Stage stage_ = Stage::starting;
    bool child_started_ = false;
    bool child_ended_ = false;
    std::shared_ptr<Child> child_;
    Output output_;
    Output error_output_;
    asio::steady_timer timer_;
    Clock::time_point started_;
    Clock::time_point deadline_ = Clock::time_point::max();
    Clock::time_point latest_ = Clock::time_point::max();
    boost::system::error_code error_;
    ExecuteResult result_;
};

}  // namespace loopingcall::process::detail
