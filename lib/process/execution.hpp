#pragma once

#include <array>
#include <boost/asio/any_completion_executor.hpp>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/readable_pipe.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <loopingcall/process/execute.hpp>
#include <memory>
#include <optional>

#include "child.hpp"
#include "descriptor.hpp"

namespace loopingcall::process::detail {

/// One async_execute(), from the start of the child to the completion.
///
///     starting -> running -> terminating (SIGTERM) -> killing (SIGKILL) -> completed
///                    |              |                     |
///                    +--------------+---------------------+---> lingering -> completed
///
/// It completes when the child is reaped and both outputs are closed, or when it has waited long
/// enough for either: `grace` for the one who was told to end, 100 ms for the one who was killed,
/// and 100 ms for an output that something else still holds open after the child's end.
///
/// Everything happens on one strand; the pending operations keep it alive.
class Execution : public std::enable_shared_from_this<Execution> {
  public:
    Execution(const asio::any_io_executor& executor, Command command, ExecuteOptions options,
              ExecuteHandler handler);

    void start();

  private:
    enum class Stage { starting, running, terminating, killing, lingering, completed };

    /// One of the outputs of the child, and what is kept of it.
    struct Output {
        explicit Output(const asio::any_io_executor& strand) : pipe(strand) {}
        asio::readable_pipe pipe;
        std::string text;
        std::array<char, 8192> buffer{};
        bool closed = false;
    };

    void launch();
    void drain(Output& output);
    void keep(Output& output, std::size_t size);
    void on_closed(Output& output);
    void on_ended(WaitStatus status);
    void on_time_up();
    void end_child(boost::system::error_code reason);
    void enter(Stage stage, std::chrono::nanoseconds limit);
    void complete_if_over();
    void complete();
    void fail(boost::system::error_code error, std::string message);
    [[nodiscard]] std::string failure_message() const;

    asio::any_io_executor strand_;
    Command command_;
    ExecuteOptions options_;
    ExecuteHandler handler_;
    asio::any_completion_executor work_;

    Stage stage_ = Stage::starting;
    std::shared_ptr<Child> child_;
    Output output_;
    Output error_output_;
    asio::steady_timer timer_;
    std::chrono::steady_clock::time_point started_;
    bool ended_ = false;
    boost::system::error_code error_;
    ExecuteResult result_;
};

}  // namespace loopingcall::process::detail
