#pragma once

#include <chrono>

#include "cpu_time.hpp"

namespace bench {

/// Counts the ticks of one call, and what CPU all but the first tenth of them take.
class TickMeter {
  public:
    explicit TickMeter(int ticks) : ticks_(ticks), left_(ticks) {}

    /// @return whether that was the last.
    bool tick() {
        if (left_ == ticks_ - ticks_ / 10) begun_ = cpu_seconds();
        return --left_ <= 0;
    }

    [[nodiscard]] double cpu_us_a_tick() const {
        return 1e6 * (cpu_seconds() - begun_) / (ticks_ - ticks_ / 10);
    }

  private:
    int ticks_;
    int left_;
    double begun_ = 0;
};

/// The least time that all of the compared libraries can wait.
constexpr std::chrono::milliseconds tick_interval{1};

/// @name One call, at that interval, until the meter has seen its last tick
/// @{
void tick_by_hand(TickMeter& meter);
void tick_by_hand_in_a_coroutine(TickMeter& meter);
void tick_with_loopingcall(TickMeter& meter);
void tick_with_loopingcall_awaitable(TickMeter& meter);
void tick_with_libuv(TickMeter& meter);
void tick_with_libev(TickMeter& meter);
void tick_with_libevent(TickMeter& meter);
/// @}

}  // namespace bench
