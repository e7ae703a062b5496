#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <loopingcall/detail/run.hpp>
#include <utility>

#include "inner_executor.hpp"

namespace loopingcall::detail {

asio::any_io_executor serialized(asio::any_io_executor executor) {
    if (is_strand(executor)) return executor;
    return asio::make_strand(std::move(executor));
}

asio::awaitable<NextCall> Run::async_next_call() {
    default_token token;
    return asio::async_initiate<default_token, void(NextCall)>(
        [this](Handler handler) { waiting_ = std::move(handler); }, token);
}

bool Run::resume(const Tick& tick) {
    if (!std::exchange(started_, true)) return false;
    std::move(waiting_)(tick);
    return true;
}

void Run::cancel(const asio::any_io_executor& strand) {
    asio::post(strand, [self = shared_from_this()] {
        self->signal_.emit(asio::cancellation_type::terminal);
    });
}

void Run::end(const asio::any_io_executor& strand) {
    asio::post(strand, [self = shared_from_this()] {
        self->ended_ = true;
        if (self->waiting_) std::move(self->waiting_)(NextCall{});
    });
}

void Run::abandon() noexcept {
    ended_ = true;
    const Handler dropped = std::move(waiting_);
}

}  // namespace loopingcall::detail
