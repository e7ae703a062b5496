#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <cstdint>
#include <loopingcall/default_token.hpp>
#include <memory>

namespace loopingcall::detail {

/// Names one call that a runner makes; never used twice by it.
using Serial = std::uint64_t;

/// Where an awaitable body runs, and how it is cancelled: a strand, so that the two never happen at
/// the same time, and a signal.
///
/// @par Thread safety  reserve() and cancel() under the lock of the engine; the rest on the strand.
class RunnerBase : public std::enable_shared_from_this<RunnerBase> {
  public:
    /// On `executor` itself if it is a strand, else on a strand of it.
    explicit RunnerBase(const asio::any_io_executor& executor);

    /// Whether it may serve a call of `executor`.
    [[nodiscard]] bool serves(const asio::any_io_executor& executor) const noexcept {
        return executor_ == executor;
    }

    /// Names the next call.
    Serial reserve() noexcept { return ++reserved_; }

    /// Asks the body of that call to give up, through its cancellation slot (`terminal`); also if
    /// it has not begun yet. Without effect on any other call.
    void cancel(Serial call);

  protected:
    ~RunnerBase() = default;

    [[nodiscard]] const asio::any_io_executor& strand() const noexcept { return strand_; }
    [[nodiscard]] asio::cancellation_slot slot() noexcept { return signal_.slot(); }

    void call_begins() noexcept;
    void call_ends() noexcept { serving_ = 0; }

  private:
    void cancel_now(Serial call);

    asio::any_io_executor executor_;
    asio::any_io_executor strand_;
    asio::cancellation_signal signal_;
    Serial reserved_ = 0;
    Serial serving_ = 0;    // 0: none
    Serial cancelled_ = 0;  // the last that was asked to give up
};

/// Whether calls of `executor` need a runner of their own, because it is a strand of the user's.
bool is_strand(const asio::any_io_executor& executor);

}  // namespace loopingcall::detail
