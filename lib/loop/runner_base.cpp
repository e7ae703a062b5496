#include <algorithm>
#include <boost/asio/post.hpp>
#include <loopingcall/detail/runner_base.hpp>

#include "inner_executor.hpp"

namespace loopingcall::detail {

RunnerBase::RunnerBase(const asio::any_io_executor& executor)
    : executor_(executor), strand_(serialized(executor)) {}

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

}  // namespace loopingcall::detail
