#include "loopingcall/repetition.hpp"

#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio.hpp>
#include <csignal>
#include <iostream>
#include <utility>

namespace repeat {

namespace asio = boost::asio;
namespace process = loopingcall::process;
using loopingcall::Options;
using loopingcall::Outcome;
using loopingcall::StopReason;
using std::chrono::nanoseconds;

namespace {

/// What COMMAND has started becomes our child when COMMAND has ended. Between two calls, every
/// child that has ended is one of these.
void reap_orphans() {
    while (::waitpid(-1, nullptr, WNOHANG) > 0) {
    }
}

/// The call that writes to a pipe without a reader ends by SIGPIPE, and so would each call
/// that follows.
bool is_without_reader(int descriptor) {
    pollfd output{descriptor, 0, 0};
    return ::poll(&output, 1, 0) == 1 && (output.revents & POLLERR) != 0;
}

}  // namespace

Repetition::Repetition(const Invocation& invocation, const process::SignalState& inherited)
    : invocation_(invocation),
      inherited_(inherited),
      status_(invocation.progress),
      interrupt_(context_, {SIGINT, SIGTERM, SIGHUP, SIGQUIT}),
      passed_on_(context_, {SIGUSR1, SIGUSR2}, [this](int number) { sender_.signal(number); }),
      timer_(context_),
      loop_(context_.get_executor(), [this](loopingcall::Tick tick) { return call(tick); }) {}

Conclusion Repetition::run() {
    // Otherwise zombies would be left to the first process, which reaps them when it likes to.
    (void)::prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
    interrupt_.slot().assign([this](asio::cancellation_type) { interrupt(); });
    start();
    context_.run();
    reap_orphans();
    if (invocation_.input == Input::unset && interrupt_.signal() == 0) {
        // A writer that was started together with us may have been later.
        constexpr std::chrono::milliseconds patience{50};
        if (has_unread_input(patience)) result_.error = std::string("--stdin: ") + unread_input;
    }
    result_.signal = interrupt_.let_through();
    passed_on_.ignore();
    status_.clear();
    result_.elapsed = Clock::now() - begun_;
    return std::move(result_);
}

void Repetition::start() {
    if (invocation_.input != Input::each) return start_loop();
    reader_.emplace(context_, [this](InputText input) { take_input(std::move(input)); });
    const auto time = limit("timeout");
    if (!time || time->count() == 0) return;
    timer_.expires_after(*time);
    timer_.async_wait([this](boost::system::error_code error) {
        if (error || is_started_) return;
        result_.outcome.reason = StopReason::timed_out;
        end();
    });
}

void Repetition::take_input(InputText input) {
    if (input.error.empty()) {
        timer_.cancel();
        input_ = std::move(input.text);
        return start_loop();
    }
    result_.error = "standard input " + input.error;
    end();
}

void Repetition::start_loop() {
    is_started_ = true;
    const auto& values = invocation_.values;
    const auto interval = std::max(values.get<nanoseconds>("DEFAULT.interval"), nanoseconds{1});
    Options options{.interval = interval,
                    .jitter = values.get<double>("DEFAULT.jitter"),
                    .timeout = limit("timeout"),
                    .max_calls = values.get_optional<std::int64_t>("DEFAULT.max_calls"),
                    .on_error = {loopingcall::OnError::keep_schedule}};
    if (options.timeout == nanoseconds::zero()) {
        options.timeout.reset();
        options.max_calls = 1;
    } else if (options.timeout) {  // from the start of the program
        options.timeout =
            std::max<nanoseconds>(*options.timeout - (Clock::now() - begun_), nanoseconds{1});
    }
    if (values.get<bool>("DEFAULT.backoff")) {
        options.on_error = {
            loopingcall::OnError::backoff,
            {.initial = interval, .maximum = invocation_.max_delay, .jitter = options.jitter}};
    }
    loop_.start(options).async_wait([this](const std::exception_ptr&, Outcome<void> ended) {
        result_.outcome = std::move(ended);
        end();
    });
}

/// The event loop does not wait for a COMMAND that cannot be killed.
void Repetition::end() { context_.stop(); }

void Repetition::interrupt() {
    if (is_started_)
        loop_.stop(loopingcall::cancel);
    else
        end();
}

asio::awaitable<loopingcall::Step<void>> Repetition::call(loopingcall::Tick tick) {
    result_.last = {};
    status_.clear();
    auto [error, result] = co_await process::async_execute(
        co_await asio::this_coro::executor, command(tick.index == 0), execute_options(),
        asio::as_tuple(asio::use_awaitable));
    reap_orphans();
    result_.last = call_of(error, std::move(result), invocation_.rule);
    Call& last = result_.last;
    if (last.is_aborted && interrupt_.signal() != 0) last.text = "was ended by the signal";
    if (invocation_.stream && last.exit_code != 0 && is_without_reader(STDOUT_FILENO)) {
        last.is_final = true;
    }
    report(tick.index + 1);
    if (last.is_final) co_return loopingcall::done();
    co_return loopingcall::failed(make_error_code(process::errc::unexpected_exit_code));
}

process::Command Repetition::command(bool is_first) const {
    process::Command command{.argv = invocation_.command};
    const bool is_ours = invocation_.input == Input::once && is_first;
    const bool is_terminal =
        invocation_.input == Input::unset && invocation_.foreground && ::isatty(STDIN_FILENO) == 1;
    if (is_ours || is_terminal) command.input_from = STDIN_FILENO;
    if (invocation_.input == Input::each) command.input = input_;
    if (invocation_.stream) command.output_to = STDOUT_FILENO;
    if (!invocation_.json) command.error_output_to = STDERR_FILENO;
    return command;
}

process::ExecuteOptions Repetition::execute_options() const {
    return {.timeout = limit("call_timeout"),
            .max_output = std::size_t{64} << 20U,
            .check_exit_code = {0},
            .process_group = !invocation_.foreground,
            .signals = inherited_,
            .wait_output = invocation_.values.get<nanoseconds>("DEFAULT.wait_output"),
            .signal_sender = sender_};
}

std::optional<nanoseconds> Repetition::limit(const char* name) const {
    const auto time = invocation_.values.get<nanoseconds>(std::string("DEFAULT.") + name);
    return time == nanoseconds::max() ? std::nullopt : std::optional(time);
}

void Repetition::report(std::uint64_t number) {
    const terminal::WhileStalled stalled(interrupt_);
    const Call& last = result_.last;
    const std::string text =
        invocation_.command.front() + ": call " + std::to_string(number) + " " + last.text;
    if (invocation_.verbose) std::cerr << "loopingcall: " << text << '\n';
    if (!last.is_final) status_.show({{.text = text}});
}

}  // namespace repeat
