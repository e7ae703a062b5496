#pragma once

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/any_io_executor.hpp>
#include <cstdint>
#include <exception>
#include <forward_list>
#include <loopingcall/default_token.hpp>
#include <loopingcall/detail/call_result.hpp>
#include <loopingcall/detail/mutex.hpp>
#include <loopingcall/detail/schedule.hpp>
#include <loopingcall/detail/timer_queue.hpp>
#include <loopingcall/export.hpp>
#include <loopingcall/observer.hpp>
#include <loopingcall/outcome.hpp>
#include <loopingcall/stats.hpp>
#include <loopingcall/tick.hpp>
#include <memory>
#include <mutex>
#include <optional>

namespace loopingcall::detail {

class RunningEngines;
struct Demands;
struct Site;

/// An outcome whose type the engine does not know; waiters cast it back.
using ErasedOutcome = std::shared_ptr<const void>;

/// What a waiter receives: an error of the wait itself or of the body, and the outcome, if any.
using Waiter = asio::any_completion_handler<void(std::exception_ptr, ErasedOutcome)>;

/// What every kind of looping call is started with, whatever its schedule.
struct Terms {
    Duration initial_delay = Duration::zero();
    std::optional<Duration> timeout = std::nullopt;
    std::optional<Duration> call_timeout = std::nullopt;
    std::optional<std::uint64_t> max_calls = std::nullopt;
    std::shared_ptr<Observer> observer = nullptr;
    Duration tolerance = Duration::zero();
};

/// The loop. Knows nothing of the type of its value, of its body, of when calls are planned, or of
/// which clock drives it, and is therefore compiled once. It moves between four phases:
///
///         start            due             the body returned
///     idle ----> waiting ------> calling -------------------> waiting, or ending, and idle again
///
/// The wait is a `Timer` in a `TimerQueue`; when it is over is decided by the `Schedule`, and
/// whether there is a next call by the pure functions of `lib/loop/engine/decide.hpp`. A loop that
/// runs is kept alive by its context until it has an outcome, and is outstanding work of it.
///
/// A run that is over becomes a `Farewell` until its observer and its waiters know. While there is
/// one, either a wake-up is under way that sees to it, or a thread does so already: nothing else
/// arms the timer. A run that is started meanwhile comes after it.
///
/// @par Thread safety  every public function may be called from any thread. No code of the user
///      runs under the lock, nor inside any public function.
class LOOPINGCALL_EXPORT Engine : public Timer {
    std::uint32_t running_place_ = 0;  // owned by RunningEngines; here it costs no memory

  public:
    Engine(asio::any_io_executor executor, std::shared_ptr<TimerQueue> queue);
    ~Engine() override;

    void start(const Terms& terms, std::unique_ptr<Schedule> schedule);
    void stop(bool cancel_call) noexcept;
    bool trigger(bool rebase);
    bool reset();
    bool set_interval(Duration interval);
    [[nodiscard]] bool running() const;
    [[nodiscard]] Stats stats() const;
    [[nodiscard]] asio::any_io_executor executor() const;

    void add_waiter(Waiter waiter);
    /// Blocks until there is an outcome, or until then; then there is none.
    ErasedOutcome wait(std::optional<TimePoint> until = std::nullopt);

    /// Whether a body that runs can be asked to give up.
    [[nodiscard]] virtual bool cancellable() const noexcept = 0;

    /// The execution context is going away: forgets all, calls nothing.
    void abandon() noexcept;

  protected:
    /// The call that call() began is over.
    void returned(CallResult result);

    /// @name What differs between plain and awaitable bodies
    /// @{
    /// Begins a call; it has returned() called with the result, now or later.
    virtual void call(const Tick& tick) = 0;
    /// A call is about to begin. Under the lock.
    virtual void prepare_call() {}
    /// Asks the body that runs to give up. Under the lock.
    virtual void cancel_call() {}
    /// The call is over, and the next may begin. Under the lock.
    virtual void call_ended() noexcept {}
    /// The run begins, and is over: nothing that call() used is needed any more. Under the lock.
    virtual void run_begins() {}
    virtual void run_ends() noexcept {}
    /// @}

    /// Has the last word on the result of a call; may run code of the user.
    /// @param number  of the call, from 1.
    virtual void judge(CallResult& /*result*/, std::uint64_t /*number*/) {}

    /// Makes the typed outcome, with the value of the last call if it was done.
    virtual ErasedOutcome make_outcome(StopReason reason, std::exception_ptr error,
                                       const Stats& stats) = 0;

    /// Whether the call that is over was cancelled because the run ends.
    [[nodiscard]] bool asked_to_give_up() const;

    /// The run is over: releases what is the caller's before a waiter receives the outcome. Under
    /// the lock.
    virtual std::shared_ptr<const void> release() noexcept { return nullptr; }

    /// Which outcomes waiters get an exception for.
    [[nodiscard]] virtual bool throws(StopReason reason) const noexcept {
        return reason == StopReason::failed;
    }

    /// That of the loop; to be used while it runs only.
    [[nodiscard]] const asio::any_io_executor& running_executor() const noexcept;

  private:
    enum class Phase : std::uint8_t { idle, waiting, calling, ending };
    struct WaiterEntry;
    struct Limits;
    struct Farewell;
    using Waiters = std::forward_list<WaiterEntry>;  // the last to come is the first
    friend class RunningEngines;
    using Lock = std::unique_lock<Mutex>;

    // Whatever takes a Lock is called with it held, and lets go of it to call code of the user.
    void wake(std::shared_ptr<Timer>&& self, Ticket ticket, std::optional<TimePoint> here) final;
    void hand_over(std::shared_ptr<Timer>&& self, Ticket ticket, bool may_be_here);
    void on_wake(Ticket ticket, TimePoint now);
    void on_other_wake(Lock& lock, TimePoint now);
    void on_wake_in_call(TimePoint now);
    [[nodiscard]] bool begin_call(TimePoint now);
    [[nodiscard]] bool begin_planned(TimePoint now);
    [[nodiscard]] bool is_due(TimePoint now) const noexcept;
    [[nodiscard]] Tick current_tick() const noexcept;
    void arm_for_deadlines(TimePoint now);

    void settle(CallResult& result) const;
    void report(const CallResult& result, TimePoint now);
    void count(const CallResult& result, TimePoint now);
    void go_on(Lock& lock, const CallResult& result, TimePoint now, double uniform);
    void wait_for(Lock& lock, const Plan& plan, TimePoint now);
    bool tell_delay(Lock& lock);
    void arm_for_next_call(TimePoint now);
    void arm(TimePoint due, TimePoint now);
    void disarm() noexcept;
    [[nodiscard]] TimePoint shared_wake(TimePoint due, TimePoint now) const noexcept;
    [[nodiscard]] TimePoint when_to_wake(TimePoint due, TimePoint now) const noexcept;
    [[nodiscard]] Demands demands(TimePoint now) const noexcept;

    void finish(Lock& lock, StopReason reason, std::exception_ptr error);
    void end_run(StopReason reason, std::exception_ptr error);
    void bid_farewell(Lock& lock);
    bool tell_finish(Lock& lock);
    bool tell_outcome(Lock& lock);
    static std::unique_ptr<const Limits> limits_of(const Terms& terms, TimePoint now);

    bool begin_new_grid(std::optional<Duration> interval);
    void add(WaiterEntry entry);
    static void refuse(Waiter waiter);
    [[nodiscard]] Waiters& waiters();
    void cancel_waiter(std::uint64_t id);
    [[nodiscard]] bool forget_waiter(std::uint64_t id);
    [[nodiscard]] Waiters take_waiter(std::uint64_t id);
    std::shared_ptr<Engine> self();

    [[nodiscard]] TimerQueue& queue() const noexcept;
    [[nodiscard]] std::shared_ptr<Observer> observer() const;

    const std::shared_ptr<Site> site_;
    std::unique_ptr<Schedule> schedule_;
    std::unique_ptr<const Limits> limits_;  // null: none
    Plan planned_;                          // the next call that is planned
    TimePoint call_due_;                    // of the call that is made, or the last one, as are
    TimePoint call_started_;
    std::uint64_t call_missed_ = 0;
    Stats stats_;
    std::exception_ptr last_error_;  // of the last call that failed
    Waiters waiters_;                // of the run that goes on
    // Runs that are over, the oldest first; while idle, the last one, of which all know.
    std::unique_ptr<Farewell> farewells_;

    // Small and last, so that what is small in a derived class finds room behind it.
    mutable Mutex mutex_;
    Phase phase_ = Phase::idle;
    bool stop_requested_ : 1 = false;
    bool asked_to_end_ : 1 = false;    // the call that is made was, for the sake of the run
    bool call_timed_out_ : 1 = false;  // before that, it took too long itself
    bool extra_ : 1 = false;           // it was triggered, and planned_ still stands
    bool trigger_requested_ : 1 = false;
    bool rebase_requested_ : 1 = false;
    bool armed_in_call_ : 1 = false;
};

}  // namespace loopingcall::detail
