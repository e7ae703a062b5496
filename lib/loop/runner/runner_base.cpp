#include <algorithm>
#include <boost/asio/async_result.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>
#include <loopingcall/detail/runner_base.hpp>
#include <utility>

#include "loop/inner_executor.hpp"

namespace loopingcall::detail {

RunnerBase::RunnerBase(const asio::any_io_executor& executor)
    : executor_(executor), strand_(serialized(executor)), is_alone_(is_context_executor(strand_)) {}

void RunnerBase::cancel(Serial call) {
    asio::post(strand_, [self = shared_from_this(), call] { self->cancel_now(call); });
}

void RunnerBase::cancel_now(Serial call) {
    cancelled_ = std::max(cancelled_, call);
    if (serving_ == call) signal_.emit(asio::cancellation_type::terminal);
}

void RunnerBase::call_begins() noexcept {
    serving_ = reserved_;
    if (cancelled_ == serving_) signal_.emit(asio::cancellation_type::terminal);
}

// Compiled here, because it takes a second of the compiler's time.
[[gnu::flatten]] void RunnerBase::resume(std::shared_ptr<RunnerBase> runner) {
    if (runner->is_alone_) return resume_now(std::move(runner));
    const auto& strand = runner->strand_;
    asio::dispatch(strand, [kept = std::move(runner)]() mutable { resume_now(std::move(kept)); });
}

void RunnerBase::resume_now(std::shared_ptr<RunnerBase> runner) {
    RunnerBase& self = *runner;
    if (self.waiting_) {
        Handler handler = *std::move(self.waiting_);
        self.waiting_.reset();
        std::move(handler)(std::move(runner));
    } else {
        asio::co_spawn(self.strand_, self.serve(std::move(runner)),
                       asio::bind_cancellation_slot(self.signal_.slot(), asio::detached));
    }
}

asio::awaitable<std::shared_ptr<RunnerBase>> RunnerBase::async_next_call(
    std::shared_ptr<RunnerBase> self) {
    default_token token;
    return asio::async_initiate<default_token, void(std::shared_ptr<RunnerBase>)>(
        [](Handler handler, std::shared_ptr<RunnerBase> waiting) {
            RunnerBase& runner = *waiting;
            runner.waiting_.emplace(std::move(handler));
            runner.put_back(std::move(waiting));
        },
        token, std::move(self));
}

}  // namespace loopingcall::detail
