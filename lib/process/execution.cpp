#include "execution.hpp"

#include <algorithm>
#include <boost/asio/error.hpp>
#include <csignal>
#include <loopingcall/detail/saturating_add.hpp>
#include <utility>

#include "launch_error.hpp"
#include "spawn.hpp"
#include "verdict.hpp"

namespace loopingcall::process::detail {

using boost::system::error_code;
using loopingcall::detail::saturating_add;

namespace {

/// From SIGKILL, or from the end of the child, to giving up on what is still missing.
constexpr std::chrono::milliseconds last_wait{100};

}  // namespace

Execution::Execution(const asio::any_io_executor& strand, const Command& command,
                     const ExecuteOptions& options, Completed completed)
    : command_(command),
      options_(options),
      completed_(std::move(completed)),
      child_(std::make_shared<Child>(strand)),
      output_(strand, options.max_output),
      error_output_(strand, options.max_output),
      timer_(strand) {}

void Execution::start() {
    started_ = Clock::now();
    try {
        launch();
    } catch (const LaunchError& error) {
        error_ = error.error();
        result_.message = "cannot start " + name_of(command_) + ": " + error.what();
        return complete();
    }
    child_->async_reap([self = weak_from_this()](WaitStatus status) {
        if (const auto execution = self.lock()) execution->on_ended(status);
    });
    drain(output_);
    drain(error_output_);
    enter(Stage::running,
          saturating_add(started_, options_.timeout.value_or(Clock::duration::max())));
}

/// The child comes last: once it is there, nothing can fail any more.
void Execution::launch() {
    const Descriptor input = open_input(command_.input);
    Pipe output = open_pipe();
    Pipe error_output = open_pipe();
    output_.open(std::move(output.reader));
    error_output_.open(std::move(error_output.reader));
    child_->adopt(spawn(command_, {input.get(), output.writer.get(), error_output.writer.get()}));
    child_started_ = true;
}

void Execution::drain(Output& output) {
    output.async_wait([self = shared_from_this(), &output](error_code error) {
        if (error || self->stage_ == Stage::completed) return;
        output.read_available();
        output.at_end() ? self->complete_if_over() : self->drain(output);
    });
}

void Execution::on_ended(WaitStatus status) {
    if (stage_ == Stage::completed || stage_ == Stage::lingering) return;
    result_.status = status;
    result_.elapsed = Clock::now() - started_;
    if (!error_) error_ = judge_end(status, options_.check_exit_code);
    enter(Stage::lingering, std::min(saturating_add(Clock::now(), last_wait), latest_));
    complete_if_over();
}

void Execution::on_time_up() {
    if (stage_ != Stage::lingering) {
        if (const auto status = child_->try_reap()) return on_ended(*status);
    }
    switch (stage_) {
        case Stage::running:
            end_child(errc::timed_out);
            break;
        case Stage::terminating:
            child_->signal(SIGKILL);
            enter(Stage::killing, latest_);
            break;
        case Stage::killing:
        case Stage::lingering:
            complete();
            break;
        case Stage::starting:
        case Stage::completed:
            break;
    }
}

/// Tells the child to end, unless that has been done or it has ended.
void Execution::end_child(error_code reason) {
    if (stage_ != Stage::running) return;
    error_ = reason;
    child_->signal(SIGTERM);
    child_->signal(SIGCONT);  // a stopped child would not hear
    const auto kill_at = saturating_add(Clock::now(), options_.grace);
    latest_ = saturating_add(kill_at, last_wait);
    enter(Stage::terminating, kill_at);
}

void Execution::enter(Stage stage, Clock::time_point until) {
    stage_ = stage;
    timer_.expires_at(until);
    timer_.async_wait([self = shared_from_this(), stage](error_code error) {
        if (!error && self->stage_ == stage) self->on_time_up();
    });
}

void Execution::complete_if_over() {
    if (stage_ == Stage::lingering && output_.at_end() && error_output_.at_end()) complete();
}

void Execution::complete() {
    if (std::exchange(stage_, Stage::completed) == Stage::completed) return;
    timer_.cancel();
    child_->ignore_end();
    result_.standard_output = finish(output_);
    result_.standard_error = finish(error_output_);
    if (!result_.status.known() && child_started_) result_.elapsed = Clock::now() - started_;
    if (!error_ && result_.truncated && !options_.allow_truncated) error_ = errc::output_cut;
    if (result_.message.empty()) {
        result_.message = failure_message(error_, command_, options_, result_.status);
    }
    std::exchange(completed_, nullptr)(error_, std::move(result_));
}

/// Takes what is there, and does without the rest.
std::string Execution::finish(Output& output) {
    if (!child_started_) return {};
    if (!output.at_end()) output.read_available();
    result_.truncated = result_.truncated || output.cut() || !output.at_end();
    output.close();
    return output.take();
}

}  // namespace loopingcall::process::detail
