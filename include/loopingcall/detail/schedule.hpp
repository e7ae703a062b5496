#pragma once

#include <cstdint>
#include <exception>
#include <loopingcall/detail/call_result.hpp>
#include <loopingcall/export.hpp>
#include <loopingcall/observer.hpp>
#include <loopingcall/outcome.hpp>
#include <loopingcall/time.hpp>
#include <variant>

namespace loopingcall::detail {

/// A call that will be made.
struct Plan {
    TimePoint due;    ///< the tick it serves
    TimePoint begin;  ///< when it is to begin: `due`, moved by jitter
    std::uint64_t missed = 0;
    DelayReason reason = DelayReason::interval;
};

/// The schedule has it that the loop ends.
struct End {
    StopReason reason;
    std::exception_ptr error = nullptr;
};

/// A call that is over, as the schedule needs to know it.
struct EndedCall {
    TimePoint started;
    TimePoint ended;
    /// It was made on demand, and `planned` still stands.
    bool extra = false;
    const Plan& planned;
    /// Failures in a row, this call included; 0 after a success.
    std::uint64_t failures = 0;
};

/// Plans the next call. It knows no clock, no lock and no executor, only the times that it
/// receives: the differences between the kinds of looping calls are here, and nothing else.
///
/// Used under the lock of the engine.
class LOOPINGCALL_EXPORT Schedule {
  public:
    virtual ~Schedule() = default;
    Schedule(const Schedule&) = delete;
    Schedule& operator=(const Schedule&) = delete;

    /// The first call, when the loop is started at `now` and delayed until `origin`.
    virtual Plan first(TimePoint now, TimePoint origin) = 0;

    /// A planned call would begin at `now`, which may be late. May change which tick it serves,
    /// and counts the ticks that have passed since as missed.
    /// @return false if it comes too late to be made: then `plan` is the call to be made instead,
    ///         and what is left out has been added to its missed ticks.
    virtual bool begin(Plan& /*plan*/, TimePoint /*now*/) { return true; }

    /// When `plan`, which was made at `now`, is said to begin.
    [[nodiscard]] virtual TimePoint announced(const Plan& plan, TimePoint /*now*/) const noexcept {
        return plan.begin;
    }

    /// What comes after `call`. `result` is neither done nor a failure that ends the loop. If the
    /// call was an extra one, the missed ticks of the one planned before are among the new plan's.
    /// @param uniform  from [0, 1), if draws().
    virtual std::variant<Plan, End> next(const CallResult& result, const EndedCall& call,
                                         double uniform) = 0;

    /// Whether next() needs a random number.
    [[nodiscard]] virtual bool draws() const noexcept = 0;
    virtual double draw() = 0;

    /// Whether a call that took `duration` outlasted its interval.
    [[nodiscard]] virtual bool overrun(Duration /*duration*/) const noexcept { return false; }

    /// @name For schedules with a grid
    /// @{
    /// Begins a new grid at `now`.
    /// @return the next call: one interval later.
    virtual Plan reset(TimePoint /*now*/, const Plan& planned) { return planned; }
    /// @return false if it is the interval already.
    virtual bool set_interval(Duration /*interval*/) { return false; }
    /// @}

  protected:
    Schedule() = default;
};

}  // namespace loopingcall::detail
