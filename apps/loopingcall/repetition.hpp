#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <loopingcall/fixed_interval_looping_call.hpp>
#include <loopingcall/process/execute.hpp>
#include <optional>
#include <string>

#include "loopingcall/call.hpp"
#include "loopingcall/invocation.hpp"
#include "loopingcall/standard_input.hpp"
#include "terminal/interrupt.hpp"
#include "terminal/signals.hpp"
#include "terminal/status_lines.hpp"

namespace repeat {

/// The result of a repetition.
struct Conclusion {
    loopingcall::Outcome<void> outcome = {};
    Call last = {};
    int signal = 0;          ///< that ended it, or 0
    std::string error = {};  ///< with standard input; nothing was run, or with the wrong input
    std::chrono::nanoseconds elapsed{0};
};

/// Runs COMMAND until it succeeds, or something ends that.
class Repetition {
  public:
    /// @param inherited  what signals COMMAND is to ignore and have blocked.
    Repetition(const Invocation& invocation, const loopingcall::process::SignalState& inherited);

    Conclusion run();

  private:
    using Clock = std::chrono::steady_clock;

    void start();
    void start_loop();
    void take_input(InputText input);
    void end();
    void interrupt();
    boost::asio::awaitable<loopingcall::Step<void>> call(loopingcall::Tick tick);
    [[nodiscard]] loopingcall::process::Command command(bool is_first) const;
    [[nodiscard]] loopingcall::process::ExecuteOptions execute_options() const;
    [[nodiscard]] std::optional<std::chrono::nanoseconds> limit(const char* name) const;
    void report(std::uint64_t number);

    const Invocation& invocation_;
    loopingcall::process::SignalState inherited_;
    terminal::StatusLines status_;
    Clock::time_point begun_ = Clock::now();
    boost::asio::io_context context_{1};
    terminal::Interrupt interrupt_;
    loopingcall::process::SignalSender sender_;
    terminal::Signals passed_on_;
    boost::asio::steady_timer timer_;
    loopingcall::FixedIntervalLoopingCall<> loop_;
    std::optional<InputReader> reader_;
    std::string input_;
    bool is_started_ = false;
    Conclusion result_;
};

}  // namespace repeat
