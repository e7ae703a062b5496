#include "operation.hpp"

#include <algorithm>
#include <boost/asio/append.hpp>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/consign.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/strand.hpp>
#include <csignal>
#include <random>
#include <stdexcept>
#include <utility>

#include "signal_relay.hpp"
#include "verdict.hpp"

namespace loopingcall::process::detail {

using boost::system::error_code;

namespace {

void check(const ExecuteOptions& options) {
    if (options.attempts < 1) {
        throw std::invalid_argument("ExecuteOptions::attempts is " +
                                    std::to_string(options.attempts) + ", and must be at least 1");
    }
    if (std::min({options.grace, options.timeout.value_or(options.grace), options.wait_output})
            .count() < 0) {
        throw std::invalid_argument(
            "ExecuteOptions::timeout, grace and wait_output must not be negative");
    }
    if (options.end_signal < 1 || options.end_signal > SIGRTMAX) {
        throw std::invalid_argument("ExecuteOptions::end_signal is " +
                                    std::to_string(options.end_signal) + ", which is not a signal");
    }
}

/// As long as oslo's `greenthread.sleep(random.randint(20, 200) / 100.0)`.
std::chrono::milliseconds random_delay() {
    thread_local std::minstd_rand random{std::random_device{}()};
    return std::chrono::milliseconds{std::uniform_int_distribution<>(200, 2000)(random)};
}

}  // namespace

void execute(const asio::any_io_executor& executor, Command command, ExecuteOptions options,
             ExecuteHandler handler) {
    check(options);
    auto operation = std::make_shared<Operation>(executor, std::move(command), std::move(options),
                                                 std::move(handler));
    Operation::start(std::move(operation));
}

Operation::Operation(const asio::any_io_executor& executor, Command command, ExecuteOptions options,
                     ExecuteHandler handler)
    : strand_(asio::make_strand(executor)),
      command_(std::move(command)),
      options_(std::move(options)),
      handler_(std::move(handler)),
      work_(asio::prefer(asio::get_associated_executor(handler_, executor),
                         asio::execution::outstanding_work.tracked)),
      timer_(strand_) {}

void Operation::start(std::shared_ptr<Operation> operation) {
    auto slot = asio::get_associated_cancellation_slot(operation->handler_);
    if (slot.is_connected()) {
        slot.assign([weak = std::weak_ptr(operation)](asio::cancellation_type) {
            if (auto self = weak.lock()) {
                self->cancelled_ = true;  // at once: what has not begun does not begin
                asio::post(self->strand_, [self] { self->cancel(); });
            }
        });
    }
    if (operation->options_.signal_sender) {
        operation->options_.signal_sender->relay()->connect(
            [weak = std::weak_ptr(operation)](int number) {
                if (auto self = weak.lock()) {
                    asio::post(self->strand_, [self, number] { self->signal(number); });
                }
            });
    }
    const asio::any_io_executor strand = operation->strand_;
    asio::post(strand, [self = std::move(operation)] { self->attempt(); });
}

void Operation::attempt() {
    if (cancelled_) {
        const error_code aborted = asio::error::operation_aborted;
        const std::string when = attempts_ == 0 ? ": not started" : " before another attempt";
        const std::string message = name_of(command_) + " was cancelled" + when;
        return complete(aborted, {.attempts = attempts_, .message = message});
    }
    ++attempts_;
    const auto execution = std::make_shared<Execution>(
        strand_, command_, options_,
        [self = shared_from_this()](error_code error, ExecuteResult result) {
            self->on_result(error, std::move(result));
        });
    execution_ = execution;
    execution->start();
}

void Operation::cancel() {
    timer_.cancel();
    if (const auto execution = execution_.lock()) execution->cancel();
}

void Operation::signal(int number) {
    if (const auto execution = execution_.lock()) execution->signal(number);
}

void Operation::on_result(error_code error, ExecuteResult result) {
    result.attempts = attempts_;
    const bool again =
        !cancelled_ && attempts_ < options_.attempts && is_worth_another_attempt(error);
    again ? pause_before_another() : complete(error, std::move(result));
}

void Operation::pause_before_another() {
    timer_.expires_after(options_.delay_on_retry ? random_delay() : std::chrono::milliseconds{0});
    timer_.async_wait([self = shared_from_this()](error_code) { self->attempt(); });
}

void Operation::complete(error_code error, ExecuteResult result) {
    // Nothing of the caller's is left when its handler has run.
    options_.on_standard_output = nullptr;
    options_.on_standard_error = nullptr;
    options_.signal_sender.reset();
    // The work goes with the handler, which may destroy what it counts for.
    asio::post(strand_, asio::append(asio::consign(std::move(handler_), std::move(work_)), error,
                                     std::move(result)));
}

}  // namespace loopingcall::process::detail
