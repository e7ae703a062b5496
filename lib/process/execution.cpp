#include "execution.hpp"

#include <algorithm>
#include <boost/asio/append.hpp>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/system/system_error.hpp>
#include <csignal>
#include <utility>

#include "spawn.hpp"

namespace loopingcall::process::detail {

using boost::system::error_code;

namespace {

/// From SIGKILL, or from the end of the child, to giving up on what is still missing.
constexpr std::chrono::milliseconds last_wait{100};

}  // namespace

void execute(const asio::any_io_executor& executor, Command command, ExecuteOptions options,
             ExecuteHandler handler) {
    std::make_shared<Execution>(executor, std::move(command), options, std::move(handler))->start();
}

Execution::Execution(const asio::any_io_executor& executor, Command command, ExecuteOptions options,
                     ExecuteHandler handler)
    : strand_(asio::make_strand(executor)),
      command_(std::move(command)),
      options_(options),
      handler_(std::move(handler)),
      work_(asio::prefer(asio::get_associated_executor(handler_, executor),
                         asio::execution::outstanding_work.tracked)),
      output_(strand_),
      error_output_(strand_),
      timer_(strand_) {}

void Execution::start() {
    auto slot = asio::get_associated_cancellation_slot(handler_);
    if (slot.is_connected()) {
        slot.assign([weak = weak_from_this()](asio::cancellation_type) {
            if (auto self = weak.lock()) {
                asio::post(self->strand_,
                           [self] { self->end_child(asio::error::operation_aborted); });
            }
        });
    }
    asio::post(strand_, [self = shared_from_this()] { self->launch(); });
}

void Execution::launch() {
    if (stage_ == Stage::completed) return;  // cancelled already
    started_ = std::chrono::steady_clock::now();
    try {
        Pipe output = make_pipe();
        Pipe error_output = make_pipe();
        output_.pipe.assign(output.reader.get());
        output.reader.release();
        error_output_.pipe.assign(error_output.reader.get());
        error_output.reader.release();
        Spawned spawned = spawn(command_, output.writer.get(), error_output.writer.get());
        if (spawned.error) return fail(spawned.error, std::move(spawned.message));
        child_ = std::make_shared<Child>(strand_, spawned.pid);
    } catch (const boost::system::system_error& error) {
        return fail(from_errno(error.code().value()),
                    "cannot start " + command_.argv.front() + ": " + error.what());
    }
    child_->async_reap([this](WaitStatus status) { on_ended(status); });
    drain(output_);
    drain(error_output_);
    enter(Stage::running, options_.timeout.value_or(std::chrono::nanoseconds::max()));
}

void Execution::drain(Output& output) {
    output.pipe.async_read_some(
        asio::buffer(output.buffer),
        [self = shared_from_this(), &output](error_code error, std::size_t size) {
            self->keep(output, size);
            error ? self->on_closed(output) : self->drain(output);
        });
}

void Execution::keep(Output& output, std::size_t size) {
    const std::size_t kept = std::min(size, options_.max_output - output.text.size());
    output.text.append(output.buffer.data(), kept);
    if (kept < size) result_.truncated = true;
}

void Execution::on_closed(Output& output) {
    output.closed = true;
    complete_if_over();
}

void Execution::on_ended(WaitStatus status) {
    if (stage_ == Stage::completed) return;
    ended_ = true;
    result_.status = status;
    result_.elapsed = std::chrono::steady_clock::now() - started_;
    if (!status.known() && !error_) error_ = errc::status_unknown;
    enter(Stage::lingering, last_wait);
    complete_if_over();
}

void Execution::on_time_up() {
    switch (stage_) {
        case Stage::running:
            end_child(errc::timed_out);
            break;
        case Stage::terminating:
            child_->signal(SIGKILL);
            enter(Stage::killing, last_wait);
            break;
        case Stage::lingering:
            result_.truncated = true;
            [[fallthrough]];
        case Stage::killing:
            complete();
            break;
        case Stage::starting:
        case Stage::completed:
            break;
    }
}

/// Tells the child to end, unless that has been done or it has ended.
void Execution::end_child(error_code reason) {
    if (stage_ == Stage::starting) return fail(reason, command_.argv.front() + " was cancelled");
    if (stage_ != Stage::running) return;
    error_ = reason;
    child_->signal(SIGTERM);
    child_->signal(SIGCONT);  // a stopped child would not hear
    enter(Stage::terminating, options_.grace);
}

void Execution::enter(Stage stage, std::chrono::nanoseconds limit) {
    stage_ = stage;
    const auto now = std::chrono::steady_clock::now();
    const auto never = std::chrono::steady_clock::time_point::max();
    timer_.expires_at(limit > never - now ? never : now + limit);
    timer_.async_wait([self = shared_from_this(), stage](error_code error) {
        if (!error && self->stage_ == stage) self->on_time_up();
    });
}

void Execution::complete_if_over() {
    if (ended_ && output_.closed && error_output_.closed) complete();
}

void Execution::complete() {
    if (std::exchange(stage_, Stage::completed) == Stage::completed) return;
    timer_.cancel();
    error_code ignored;
    output_.pipe.close(ignored);
    error_output_.pipe.close(ignored);
    if (child_) child_->ignore_end();
    if (!ended_ && child_) result_.elapsed = std::chrono::steady_clock::now() - started_;
    result_.standard_output = std::move(output_.text);
    result_.standard_error = std::move(error_output_.text);
    if (result_.message.empty()) result_.message = failure_message();
    asio::post(strand_, asio::append(std::move(handler_), error_, std::move(result_)));
}

void Execution::fail(error_code error, std::string message) {
    error_ = error;
    result_.message = std::move(message);
    complete();
}

std::string Execution::failure_message() const {
    if (!error_) return {};
    const std::string end = ended_ ? to_string(result_.status) : "it does not die";
    if (error_ == errc::timed_out) {
        const auto limit = std::chrono::duration_cast<std::chrono::milliseconds>(*options_.timeout);
        return command_.argv.front() + " did not end within " + std::to_string(limit.count()) +
               " ms: " + end;
    }
    if (error_ == asio::error::operation_aborted) {
        return command_.argv.front() + " was cancelled: " + end;
    }
    return command_.argv.front() + ": " + error_.message();
}

}  // namespace loopingcall::process::detail
