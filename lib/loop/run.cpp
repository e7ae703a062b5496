#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <loopingcall/detail/run.hpp>
#include <utility>

#include "inner_executor.hpp"

namespace loopingcall::detail {

asio::any_io_executor serialized(asio::any_io_executor executor) {
    if (is_strand(executor)) return executor;
    return asio::make_strand(executor);
}

namespace {

/// Lets the coroutine of a run return; or destroys it, if the context goes away before this is run.
/// Without that, the coroutine and the run would hold each other for ever.
class EndOfRun {
  public:
    explicit EndOfRun(std::shared_ptr<Run> run) : run_(std::move(run)) {}
    EndOfRun(EndOfRun&&) = default;
    EndOfRun& operator=(EndOfRun&&) = delete;
    ~EndOfRun() {
        if (run_) run_->abandon();
    }
    void operator()() { std::exchange(run_, nullptr)->end_now(); }

  private:
    std::shared_ptr<Run> run_;
};

}  // namespace

// Swapped in, because Boost 1.81's any_completion_handler overflows the stack when it is assigned.
asio::awaitable<NextCall> Run::async_next_call() {
    default_token token;
    return asio::async_initiate<default_token, void(NextCall)>(
        [this](Handler handler) { waiting_.swap(handler); }, token);
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
    asio::post(strand, EndOfRun(shared_from_this()));
}

void Run::end_now() {
    ended_ = true;
    if (waiting_) std::move(waiting_)(NextCall{});
}

void Run::abandon() noexcept {
    ended_ = true;
    const Handler dropped = std::move(waiting_);
}

}  // namespace loopingcall::detail
