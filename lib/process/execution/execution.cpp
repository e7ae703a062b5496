#include "execution.hpp"

#include <algorithm>
#include <boost/asio/error.hpp>
#include <csignal>
#include <loopingcall/detail/saturating_add.hpp>
#include <utility>

#include "process/launch/descriptor.hpp"
#include "process/launch/launch.hpp"
#include "process/launch/launch_error.hpp"
#include "verdict.hpp"

namespace loopingcall::process::detail {

using boost::system::error_code;
using loopingcall::detail::saturating_add;

namespace {

/// From SIGKILL, or from the end of the child, to giving up on what is still missing.
constexpr std::chrono::milliseconds last_wait{100};

/// What the child writes to: a pipe that `output` reads, or a descriptor of the host's.
Descriptor open_output(Output& output, const std::optional<int>& given) {
    if (given) {
        output.leave_out();
        return duplicate(*given);
    }
    Pipe pipe = open_pipe();
    output.open(std::move(pipe.reader));
    return std::move(pipe.writer);
}

}  // namespace

Execution::Execution(const asio::any_io_executor& strand, const Command& command,
                     const ExecuteOptions& options, Completed completed)
    : command_(command),
      options_(options),
      completed_(std::move(completed)),
      child_(std::make_shared<Child>(strand)),
      output_(strand, options.max_output, options.on_standard_output),
      error_output_(strand, options.max_output, options.on_standard_error),
      timer_(strand) {}

void Execution::start() {
    started_ = Clock::now();
    try {
        launch();
    } catch (const LaunchError& error) {
        return fail(error);
    }
    child_->async_wait_for_end([self = weak_from_this()](WaitStatus status) {
        if (const auto execution = self.lock()) execution->on_ended(status);
    });
    drain(output_);
    drain(error_output_);
    deadline_ = saturating_add(started_, options_.timeout.value_or(Clock::duration::max()));
    enter(Stage::running, deadline_);
}

/// The child comes last: once it is there, nothing can fail any more.
void Execution::launch() {
    const Descriptor input =
        command_.input_from ? duplicate(*command_.input_from) : open_input(command_.input);
    const Descriptor output = open_output(output_, command_.output_to);
    const Descriptor error_output = open_output(error_output_, command_.error_output_to);
    auto launch = std::make_unique<Launch>(command_, options_.signals, options_.process_group);
    Started started = launch->start({input.get(), output.get(), error_output.get()});
    child_->adopt(std::move(started), std::move(launch), options_.process_group);
    child_started_ = true;
}

void Execution::fail(const LaunchError& error) {
    if (!error_) error_ = error.error();
    result_.message = "cannot start " + name_of(command_) + ": " + error.what();
    complete();
}

void Execution::drain(Output& output) {
    if (output.at_end()) return;
    output.async_wait([self = shared_from_this(), &output](error_code error) {
        if (error || self->stage_ == Stage::completed) return;
        self->child_->forget_launch();
        output.read_available();
        output.at_end() ? self->complete_if_over() : self->drain(output);
    });
}

void Execution::on_ended(WaitStatus status) {
    if (stage_ == Stage::completed || child_ended_) return;
    child_ended_ = true;
    result_.status = status;
    result_.elapsed = Clock::now() - started_;
    if (const auto failure = child_->launch_failure()) {
        result_.status = {};
        return fail(*failure);
    }
    if (!error_) error_ = judge_end(status, options_.check_exit_code);
    if (!has_rest_to_end()) return linger();
    child_->async_wait_for_group([self = weak_from_this()] {
        if (const auto execution = self.lock()) execution->linger();
    });
    if (stage_ == Stage::running) end();
}

bool Execution::has_rest_to_end() const {
    if (!options_.process_group) return false;
    if (stage_ != Stage::running || options_.leftovers == Leftovers::end) return true;
    return error_ && options_.leftovers == Leftovers::end_after_failure;
}

void Execution::on_time_up() {
    if (const auto status = child_ended_ ? std::nullopt : child_->try_end()) {
        const Stage before = stage_;
        on_ended(*status);
        if (stage_ != before) return;  // else the time of the group is up, too
    }
    switch (stage_) {
        case Stage::running:
            error_ = errc::timed_out;
            end();
            break;
        case Stage::ending:
            child_->signal(SIGKILL);
            // A loop that was kept busy kills later than planned.
            latest_ = saturating_add(Clock::now(), last_wait);
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

void Execution::cancel() {
    if (stage_ != Stage::running && stage_ != Stage::lingering) return;
    if (!error_) error_ = asio::error::operation_aborted;
    stage_ == Stage::running ? end() : complete();
}

void Execution::signal(int number) {
    if (stage_ == Stage::running || stage_ == Stage::ending) child_->signal(number);
}

/// Asks the child and its group to end.
void Execution::end() {
    child_->signal(options_.end_signal);
    child_->signal(SIGCONT);  // a stopped process would not hear
    const auto kill_at = saturating_add(Clock::now(), options_.grace);
    latest_ = saturating_add(kill_at, last_wait);
    enter(Stage::ending, kill_at);
}

/// Waits for what the outputs still bring.
void Execution::linger() {
    if (stage_ == Stage::completed) return;
    child_->release();
    const auto now = Clock::now();
    const auto limit = std::max(deadline_, saturating_add(now, last_wait));
    enter(Stage::lingering, std::min({saturating_add(now, options_.wait_output), limit, latest_}));
    complete_if_over();
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
    child_->release();
    result_.standard_output = finish(output_, result_.standard_output_bytes);
    result_.standard_error = finish(error_output_, result_.standard_error_bytes);
    if (!result_.status.known() && child_started_) result_.elapsed = Clock::now() - started_;
    if (!error_ && result_.truncated && !options_.allow_truncated) error_ = errc::output_cut;
    if (result_.message.empty()) {
        result_.message = failure_message(error_, command_, options_, result_, child_ended_);
    }
    std::exchange(completed_, nullptr)(error_, std::move(result_));
}

/// Takes what is there, and abandons the rest.
std::string Execution::finish(Output& output, std::uint64_t& bytes) {
    if (!child_started_) return {};
    if (!output.at_end()) output.read_available();
    result_.output_open = result_.output_open || !output.at_end();
    result_.truncated = result_.truncated || output.cut() || !output.at_end();
    bytes = output.bytes();
    output.close();
    return output.take();
}

}  // namespace loopingcall::process::detail
