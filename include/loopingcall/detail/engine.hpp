#pragma once

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/any_io_executor.hpp>
#include <cstdint>
#include <exception>
#include <list>
#include <loopingcall/default_token.hpp>
#include <loopingcall/detail/timer_queue.hpp>
#include <loopingcall/options.hpp>
#include <loopingcall/outcome.hpp>
#include <loopingcall/step.hpp>
#include <loopingcall/tick.hpp>
#include <memory>
#include <mutex>
#include <variant>

namespace loopingcall::detail {

class Run;
class RunningEngines;

/// What one call of the body came to, its value aside: that stays in the `TypedEngine`.
using CallResult = std::variant<Again, After, Failed, Done<void>>;

/// An outcome whose type the engine does not know; waiters cast it back.
using ErasedOutcome = std::shared_ptr<const void>;

/// How a waiter is told: an error of the waiting itself or of the body, and the outcome if any.
using Waiter = asio::any_completion_handler<void(std::exception_ptr, ErasedOutcome)>;

/// The loop. Knows nothing of the type of its value, of its body, or of which clock drives it, and
/// is therefore compiled once. It moves between three phases:
///
///         start            due             the body returned
///     idle ----> waiting ------> calling -------------------> waiting, or idle again
///
/// The wait is a `Timer` in a `TimerQueue`; what to do next is decided by the pure functions of
/// `lib/loop/decide.hpp`. A loop that runs keeps itself alive until it has an outcome.
///
/// @par Thread safety  every public function may be called from any thread. No code of the user
///      runs under the lock, nor inside start(), stop() and add_waiter().
class Engine : public Timer {
  public:
    Engine(asio::any_io_executor executor, std::shared_ptr<TimerQueue> queue);
    ~Engine() override;

    void start(const Options& options);
    void stop(bool cancel_call) noexcept;
    void add_waiter(Waiter waiter);
    [[nodiscard]] bool running() const;
    [[nodiscard]] Stats stats() const;
    [[nodiscard]] asio::any_io_executor executor() const;

    /// The execution context is going away: forget everybody, call nobody.
    void abandon() noexcept;

  protected:
    /// Runs the body, and has returned() called with what it came to, now or later.
    /// @param run  what make_run() gave for this run.
    virtual void call(const Tick& tick, const std::shared_ptr<Run>& run) = 0;

    /// What a coroutine needs to be called again and again, and cancelled, for the length of one
    /// run; null for a plain body, which cannot be cancelled while it runs.
    virtual std::shared_ptr<Run> make_run() { return nullptr; }

    /// Makes the typed outcome, with the value of the last call if it was done.
    virtual ErasedOutcome make_outcome(StopReason reason, std::exception_ptr error,
                                       const Stats& stats) = 0;

    /// The call that call() began is over.
    /// @return whether the run goes on.
    bool returned(CallResult result);

  private:
    enum class Phase : std::uint8_t { idle, waiting, calling };
    struct WaiterEntry;
    struct Ending;
    friend class RunningEngines;

    void wake(Ticket ticket, bool may_run_now) final;
    void on_wake(Ticket ticket);
    void arm(TimePoint due);
    void cancel_waiter(std::uint64_t id);
    Ending end(StopReason reason, std::exception_ptr error);
    void tell(Ending ending);
    std::shared_ptr<Engine> self();

    mutable std::mutex mutex_;
    asio::any_io_executor executor_;
    std::shared_ptr<TimerQueue> queue_;
    RunningEngines& running_engines_;
    std::size_t running_place_ = 0;  // owned by running_engines_

    Options options_;
    Stats stats_;
    TimePoint grid_;      // a point of the grid: the first call, as planned
    TimePoint due_;       // when the call that is made or planned was meant to begin
    TimePoint deadline_;  // of the whole run
    std::uint64_t missed_ = 0;
    Ticket ticket_ = 0;
    Phase phase_ = Phase::idle;
    bool stop_requested_ = false;
    bool cancelled_ = false;  // the call that is made was asked to give up

    std::shared_ptr<Engine> self_;  // set while the run lasts, as is run_
    std::shared_ptr<Run> run_;
    ErasedOutcome outcome_;
    std::exception_ptr error_;
    std::list<WaiterEntry> waiters_;
    std::uint64_t next_waiter_ = 0;
};

}  // namespace loopingcall::detail
