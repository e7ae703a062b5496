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
    TimePoint due;    ///< the point it serves
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
    Plan planned;
    /// Failures in a row, this call included; 0 after a success.
    std::uint64_t failures = 0;
};

/// Says when the next call is to be made. It knows no clock, no lock and no executor, only times
/// that it is told: what differs between the kinds of looping calls is here, and nothing else.
///
/// Used under the lock of the engine.
class LOOPINGCALL_EXPORT Schedule {
  public:
    virtual ~Schedule() = default;
    Schedule(const Schedule&) = delete;
    Schedule& operator=(const Schedule&) = delete;

    /// The first call, when the loop is started at `now` and delayed until `origin`.
    virtual Plan first(TimePoint now, TimePoint origin) = 0;

    /// A planned call begins at `now`, which may be late. May change which point it serves.
    virtual void begin(Plan& /*plan*/, TimePoint /*now*/) {}

    /// What comes after `call`. `result` is neither done nor a failure that ends the loop.
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
    virtual void set_interval(Duration /*interval*/) {}
    /// @}

  protected:
    Schedule() = default;
};

}  // namespace loopingcall::detail
