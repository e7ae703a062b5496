#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace bench {

/// What so many periodic calls cost in one thread.
struct Scale {
    double cpu_us_a_tick = 0;
    double bytes = 0;        ///< of memory for each call; 0: not known
    double p99_late_ms = 0;  ///< of the calls' moments behind those planned
    double worst_late_ms = 0;
    double ticks = 0;  ///< that were made, of those planned
};

/// The same plan for every library: `count` calls, once a second each, with phases spread over the
/// second.
class Plan {
  public:
    using Clock = std::chrono::steady_clock;

    explicit Plan(std::int64_t count) : count_(count) {}

    /// To be called before the calls are set up, for which there are 2 us each.
    void begins() {
        origin_ =
            Clock::now() + std::chrono::milliseconds(100) + count_ * std::chrono::microseconds(2);
    }

    [[nodiscard]] std::int64_t count() const { return count_; }
    [[nodiscard]] Clock::time_point first(std::int64_t call) const {
        return origin_ + std::chrono::nanoseconds(1'000'000'000 / count_ * call);
    }
    static constexpr std::chrono::seconds interval{1};
    static constexpr std::chrono::seconds warm_up{1};
    static constexpr std::chrono::seconds measured{3};

    [[nodiscard]] Clock::time_point measured_from() const { return origin_ + warm_up; }
    [[nodiscard]] Clock::time_point end() const { return measured_from() + measured; }

  private:
    std::int64_t count_;
    Clock::time_point origin_{};
};

/// Takes note of each call; cheap, and the same for every library.
class Recorder {
  public:
    explicit Recorder(const Plan& plan);

    /// A call is made now that was planned for `due`.
    /// @return whether the time is up.
    bool tick(Plan::Clock::time_point due) {
        const auto now = Plan::Clock::now();
        if (now < plan_.measured_from()) return false;
        if (late_.empty()) begin();
        late_.push_back(static_cast<float>((now - due).count()));
        return now >= plan_.end();
    }

    [[nodiscard]] Scale result();

  private:
    void begin();

    const Plan& plan_;
    std::vector<float> late_;
    double cpu_ = 0;
};

/// Bytes that this process has of the heap.
[[nodiscard]] double heap_bytes();

Scale scale_by_hand(std::int64_t count);
Scale scale_with_loopingcall(std::int64_t count);
Scale scale_with_tolerance(std::int64_t count);  ///< of 1 ms
Scale scale_with_libuv(std::int64_t count);
Scale scale_with_libev(std::int64_t count);
Scale scale_with_libevent(std::int64_t count);
/// A program of its own that prints the members of Scale, one after the other.
Scale scale_with_program(const char* program, std::int64_t count);

}  // namespace bench
