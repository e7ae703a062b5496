#pragma once

#include <loopingcall/detail/schedule.hpp>
#include <loopingcall/options.hpp>
#include <memory>

#include "loop/random.hpp"

namespace loopingcall::detail {

/// Calls on a grid: origin + k * interval. See `MissedTicks` for the pictures.
class FixedIntervalSchedule final : public Schedule {
  public:
    explicit FixedIntervalSchedule(const Options& options);

    Plan first(TimePoint now, TimePoint origin) override;
    bool begin(Plan& plan, TimePoint now) override;
    [[nodiscard]] TimePoint announced(const Plan& plan, TimePoint now) const noexcept override;
    std::variant<Plan, End> next(const CallResult& result, const EndedCall& call,
                                 double uniform) override;
    [[nodiscard]] bool draws() const noexcept override;
    double draw() override;
    [[nodiscard]] bool overrun(Duration duration) const noexcept override;
    Plan reset(TimePoint now, const Plan& planned) override;
    bool set_interval(Duration interval) override;

  private:
    /// What few loops use, kept apart because many loops are idle.
    struct Rare {
        OnError on_error;
        double jitter;
        Duration first_run_spread;
        Duration grace_time;  // the longest Duration: any lateness is all right
        Duration tolerance;
        bool by_chance;
        double uniform;  // drawn last
        Random random;
    };

    Plan on_grid(TimePoint now);
    [[nodiscard]] Plan timed(Plan plan, TimePoint now) const noexcept;
    [[nodiscard]] bool comes_too_late(const Plan& plan, TimePoint now) const noexcept;
    Plan instead_of(const Plan& plan, TimePoint now);
    void serve(const Plan& plan) noexcept;
    [[nodiscard]] bool gives_up(std::uint64_t failures_in_a_row) const noexcept;

    void begin_grid(TimePoint origin, bool served) noexcept;

    Duration interval_;
    TimePoint grid_;  // the last tick that is dealt with, or else the first
    MissedTicks missed_ticks_;
    bool served_ = false;   // whether grid_ is dealt with
    bool failing_ = false;  // the first success begins a new grid
    std::unique_ptr<Rare> rare_;
};

}  // namespace loopingcall::detail
