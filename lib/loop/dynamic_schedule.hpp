#pragma once

#include <loopingcall/detail/schedule.hpp>
#include <loopingcall/dynamic_looping_call.hpp>
#include <optional>

namespace loopingcall::detail {

/// Calls after delays that the body names.
class DynamicSchedule final : public Schedule {
  public:
    explicit DynamicSchedule(const DynamicOptions& options)
        : max_(options.periodic_interval_max), stop_on_exception_(options.stop_on_exception) {}

    Plan first(TimePoint now, TimePoint origin) override;
    std::variant<Plan, End> next(const CallResult& result, const EndedCall& call,
                                 double uniform) override;
    [[nodiscard]] bool draws() const noexcept override { return false; }
    double draw() override { return 0; }

  private:
    std::optional<Duration> max_;
    std::optional<Duration> last_;
    bool stop_on_exception_;
};

}  // namespace loopingcall::detail
