#pragma once

#include <atomic>
#include <boost/asio/any_completion_executor.hpp>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <loopingcall/process/execute.hpp>
#include <memory>

#include "execution.hpp"

namespace loopingcall::process::detail {

/// One async_execute(): the attempts at a command, the pauses between them, and the completion.
///
/// The current Execution keeps the Operation alive, not the other way round, so that both go with
/// the execution context.
class Operation : public std::enable_shared_from_this<Operation> {
  public:
    Operation(const asio::any_io_executor& executor, Command command, ExecuteOptions options,
              ExecuteHandler handler);

    /// The handler may have run, on another thread, before this returns.
    static void start(std::shared_ptr<Operation> operation);

  private:
    void attempt();
    void cancel();
    void signal(int number);
    void on_result(boost::system::error_code error, ExecuteResult result);
    void pause_before_another();
    void complete(boost::system::error_code error, ExecuteResult result);

    asio::any_io_executor strand_;
    const Command command_;
    ExecuteOptions options_;
    ExecuteHandler handler_;
    asio::any_completion_executor work_;

    asio::steady_timer timer_;
    std::weak_ptr<Execution> execution_;
    int attempts_ = 0;
    std::atomic<bool> cancelled_ = false;
};

}  // namespace loopingcall::process::detail
